/** What has to be undone at the end: the last thing first, and each although another failed. */
export class UndoStack {
  readonly #works: (() => Promise<void>)[] = [];

  push(work: () => Promise<void>): void {
    this.#works.push(work);
  }

  /** Undoes everything; a second call finds nothing left to do. Fails with what failed. */
  async run(): Promise<void> {
    const errors: unknown[] = [];
    for (let work = this.#works.pop(); work !== undefined; work = this.#works.pop()) {
      await work().catch((error: unknown) => errors.push(error));
    }
    if (errors.length > 0) throw new AggregateError(errors, 'not everything could be closed');
  }
}
