/** What is known of a request whose answer did not come. */
export interface Evidence {
  /** Proven not to have run: nothing was written, or our own bridge said so. */
  readonly notExecuted: boolean;
  /** It went out under a key that its server honours: there it runs at most once. */
  readonly keyed: boolean;
}

/** A request, as far as repeating it goes. */
export interface Repeated {
  readonly method: string;
  /** Its caller knows that it leaves the same behind however often it runs. */
  readonly harmless?: boolean;
}

/** Methods that change nothing, or that leave the same behind however often they run. */
const repeatable: ReadonlySet<string> = new Set([
  'completion/complete',
  'initialize',
  'logging/setLevel',
  'ping',
  'prompts/get',
  'prompts/list',
  'resources/list',
  'resources/read',
  'resources/subscribe',
  'resources/templates/list',
  'resources/unsubscribe',
  'server/discover',
  'subscriptions/listen',
  'tools/list',
]);

/** Whether a request may be sent again. Everything else ends in an honest `outcome_unknown`. */
export function mayRepeat({ method, harmless = false }: Repeated, { notExecuted, keyed }: Evidence): boolean {
  return notExecuted || harmless || repeatable.has(method) || (method === 'tools/call' && keyed);
}
