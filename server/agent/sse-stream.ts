import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Clock } from '../../shared/clock.ts';
import { type Disposable, DisposableStore } from '../../shared/disposable.ts';
import { limits } from '../../shared/limits.ts';

export interface SseStreamOptions {
  readonly clock: Clock;
  readonly headers?: OutgoingHttpHeaders;
  /** Runs once, whoever ended the stream. */
  readonly onClose?: () => void;
}

/** One answer as a stream of server-sent events. Comments keep it open while nothing happens. */
export class SseStream implements Disposable {
  readonly #res: ServerResponse;
  readonly #clock: Clock;
  readonly #owned = new DisposableStore();

  constructor(res: ServerResponse, { clock, headers, onClose }: SseStreamOptions) {
    this.#res = res;
    this.#clock = clock;
    res.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
      ...headers,
    });
    res.flushHeaders();
    if (onClose !== undefined) res.once('close', onClose);
    res.once('close', () => this.dispose());
    this.#keepAlive();
  }

  /** Sends one JSON-RPC message. A result that another process wrote may hold line breaks between its values. */
  send(json: string): void {
    if (this.#res.writableEnded || this.#res.destroyed) return;
    this.#res.write(`event: message\ndata: ${json.replaceAll(/\r\n|\r|\n/g, '\ndata: ')}\n\n`);
  }

  dispose(): void {
    if (this.#owned.disposed) return;
    this.#owned.dispose();
    this.#res.end();
  }

  #keepAlive(): void {
    const timer = this.#clock.after(limits.streamKeepAliveMs, () => {
      this.#owned.delete(timer);
      this.#res.write(': keep-alive\n\n');
      this.#keepAlive();
    });
    this.#owned.add(timer);
  }
}
