/** How the bridge calls itself, in either era. */
export function serverInfo(version: string): {
  readonly name: string;
  readonly title: string;
  readonly version: string;
} {
  return { name: 'holdfast', title: 'Holdfast', version };
}
