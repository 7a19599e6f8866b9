import type { IncomingMessage } from 'node:http';
import type { Clock } from '../../shared/clock.ts';
import type { Disposable } from '../../shared/disposable.ts';
import { limits } from '../../shared/limits.ts';

export type RequestBody =
  | { readonly kind: 'whole'; readonly text: string }
  | { readonly kind: 'too_large' }
  | { readonly kind: 'too_slow' }
  /** The client went away before the end. */
  | { readonly kind: 'cut_off' };

/** Reads a body up to `limits.bodyMaxBytes` and `limits.bodyMs`. An oversized `Content-Length` is not read at all. */
export function readBody(req: IncomingMessage, clock: Clock): Promise<RequestBody> {
  if (Number(req.headers['content-length'] ?? 0) > limits.bodyMaxBytes) return Promise.resolve({ kind: 'too_large' });
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    let finished = false;
    let deadline: Disposable | undefined;
    const finish = (body: RequestBody): void => {
      finished = true;
      deadline?.dispose();
      // After a whole body only `close` can come, and taking listeners off costs more than a flag.
      if (body.kind !== 'whole') req.off('data', onData).off('end', onEnd).off('close', onClose).off('error', onClose);
      resolve(body);
    };
    const onData = (chunk: Buffer): void => {
      bytes += chunk.length;
      if (bytes > limits.bodyMaxBytes) finish({ kind: 'too_large' });
      else chunks.push(chunk);
    };
    const onEnd = (): void => {
      const [first] = chunks;
      const whole = first !== undefined && chunks.length === 1 ? first : Buffer.concat(chunks);
      finish({ kind: 'whole', text: whole.toString('utf8') });
    };
    const onClose = (): void => {
      if (!finished) finish({ kind: 'cut_off' });
    };
    req.on('data', onData).on('end', onEnd).on('close', onClose).on('error', onClose);
    // Most bodies arrive together with their heads: these need no timer.
    process.nextTick(() => {
      if (!finished && !req.complete) deadline = clock.after(limits.bodyMs, () => finish({ kind: 'too_slow' }));
    });
  });
}
