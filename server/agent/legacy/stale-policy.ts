/** What is done about a stale session id that a client repeats (docs/architecture.md, "Stale sessions"). */
export const stalePolicies = ['heal', 'diagnose', 'adopt'] as const;

/** heal: 404 first, then a fresh session. diagnose: always 404. adopt: a fresh session at once. */
export type StalePolicy = (typeof stalePolicies)[number];
