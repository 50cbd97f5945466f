const levels = 10;
/** Change of the share at each step. DAGOR (SoCC'18) takes 5% and 1% a second; a step here is 100 ms of less traffic. */
const decrease = 0.9;
const increase = 1.05;
/** Something is always let through: without it nobody would learn that the overload is over. */
const leastShare = 0.05;
/** What a request counts for after each step; 20 steps, 2 s, are remembered in the main. */
const memory = 0.95;

/**
 * Which share of the requests is admitted, the most important ones first: DAGOR's moving threshold. Within one priority the
 * trace decides, so that every service refuses the same requests, and a user's request is not admitted here to fail there.
 */
export class AdmittedShare {
  readonly #arrivals = new Float64Array(levels);
  #total = 0;
  #share = 1;

  get share(): number {
    return this.#share;
  }

  /** Lowers the share in overload and raises it otherwise, `steps` intervals at once. */
  adjust(overloaded: boolean, steps = 1): void {
    this.#share = overloaded
      ? Math.max(leastShare, this.#share * decrease)
      : Math.min(1, this.#share * increase ** steps);
    const kept = memory ** steps;
    this.#total *= kept;
    for (let level = 0; level < levels; level++) this.#arrivals[level]! *= kept;
  }

  /** Whether a request of this priority comes in; `draw` from 0 to 1 is its place among those of the same priority. */
  admits(priority: number, draw: number): boolean {
    this.#arrivals[priority]! += 1;
    this.#total += 1;
    if (this.#share === 1) return true;
    let better = 0;
    for (let level = 0; level < priority; level++) better += this.#arrivals[level]!;
    return (better + draw * this.#arrivals[priority]!) / this.#total < this.#share;
  }
}

/** A number from 0 to 1 that all services compute alike (FNV-1a with a last mix). */
export function drawOf(traceId: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < traceId.length; index++) hash = Math.imul(hash ^ traceId.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
}
