import type { IncomingMessage } from 'node:http';
import type { Refusal } from './http-answers.ts';

/** Our answers are JSON; a client that takes event streams as well (as the spec asks of it) may get one. */
export function checkMediaTypes(req: IncomingMessage, accepted: readonly string[]): Refusal | undefined {
  if (accepted.length > 0 && !['application/json', 'application/*', '*/*'].some((type) => accepted.includes(type))) {
    return {
      status: 406,
      message: 'Not Acceptable: the Accept header must list application/json and text/event-stream',
    };
  }
  if (mediaType(req.headers['content-type']) !== 'application/json') {
    return { status: 415, message: 'Unsupported Media Type: the Content-Type must be application/json' };
  }
  return undefined;
}

/** The header is the same in nearly every request. */
let latest: { readonly header: string; readonly types: readonly string[] } = { header: '', types: [''] };

/** The accepted media types without their parameters; none when the header is missing, which accepts anything. */
export function acceptedTypes({ headers: { accept } }: Pick<IncomingMessage, 'headers'>): readonly string[] {
  if (accept === undefined) return [];
  if (accept !== latest.header) latest = { header: accept, types: accept.split(',').map(mediaType) };
  return latest.types;
}

function mediaType(header: string | undefined): string {
  const text = header ?? '';
  const end = text.indexOf(';');
  return (end === -1 ? text : text.slice(0, end)).trim().toLowerCase();
}
