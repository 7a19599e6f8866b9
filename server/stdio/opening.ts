/** The `initialize` that is under way. What needs its session waits until it has ended, however it did. */
export class Opening {
  #current: Promise<unknown> | undefined;

  /** Runs `send` in its turn: at once unless an `initialize` is under way. */
  after<Sent>(send: () => Promise<Sent>): Promise<Sent> {
    return this.#current === undefined ? send() : this.#current.then(send, send);
  }

  /** As `after`, for an `initialize`: whatever comes later waits for it. */
  begin<Sent>(send: () => Promise<Sent>): Promise<Sent> {
    const sent = this.after(send);
    const ended = (): void => {
      if (this.#current === sent) this.#current = undefined;
    };
    this.#current = sent;
    sent.then(ended, ended);
    return sent;
  }
}
