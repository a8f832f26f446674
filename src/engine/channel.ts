/** Brings what several tasks say side by side into one stream, in the order in which it was said. */
export class Channel<Item> implements AsyncIterable<Item> {
  readonly #items: Item[] = [];
  #wake = Promise.withResolvers<void>();
  #closed = false;

  send(item: Item): void {
    this.#items.push(item);
    this.#wake.resolve();
  }

  close(): void {
    this.#closed = true;
    this.#wake.resolve();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void> {
    for (;;) {
      for (let item = this.#items.shift(); item !== undefined; item = this.#items.shift()) yield item;
      if (this.#closed) return;
      await this.#wake.promise;
      this.#wake = Promise.withResolvers();
    }
  }
}
