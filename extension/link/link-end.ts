import { closeCodes } from '../../shared/protocol.ts';

/** How a link, or the try to open one, ended. */
export type LinkEnd =
  | { readonly kind: 'dropped'; readonly reason: string }
  /** The bridge leaves for another one: reconnect at once. */
  | { readonly kind: 'replaced'; readonly reason: string }
  /** Nothing is gained by trying again. */
  | { readonly kind: 'refused'; readonly reason: string; readonly detail?: string };

/** What a close code says. */
export function endOf(code: number, text: string): LinkEnd {
  switch (code) {
    case closeCodes.versionNotSupported:
      return {
        kind: 'refused',
        reason: 'the bridge does not support this version of the extension; update the older of the two',
      };
    case closeCodes.notAuthorised:
      return { kind: 'refused', reason: 'the bridge did not accept this window' };
    case closeCodes.replaced:
      return { kind: 'replaced', reason: 'the bridge is being replaced' };
    case closeCodes.superseded:
      return { kind: 'dropped', reason: 'another link of this window took over' };
    case 1006:
      return { kind: 'dropped', reason: 'the bridge vanished' };
    default:
      return { kind: 'dropped', reason: `closed by the bridge (${code}${text === '' ? '' : `, ${text}`})` };
  }
}
