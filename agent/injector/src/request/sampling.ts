import { type Random, requestIdBaggageKey, seeded } from '@pado/fault';
import { hash } from '../random.ts';
import { baggageOf, type RequestFacts } from './facts.ts';

export type Sampler = (request: RequestFacts) => boolean;

const blockSize = 200;
/** Each tenth of twenty gets its even part of the hits, so that a window that begins in the middle of a block is fair too. */
const partSize = 10;

/** `count` of `places`, all equally likely: call it once for each place. */
function choose(places: number, count: number, random: Random): () => boolean {
  let left = places;
  let wanted = count;
  return () => {
    const isChosen = random() * left < wanted;
    left -= 1;
    if (isChosen) wanted -= 1;
    return isChosen;
  };
}

/**
 * Hits an exact share: each block of 200 attempts holds its exact count of hits, spread evenly over its parts, at places
 * that the seed decides. Coin flips would stray by 1.6 points in 1,000 at 50%.
 */
export function byAttempt(percentage: number, random: Random): () => boolean {
  const parts = blockSize / partSize;
  let block = 0;
  let inBlock = 0;
  let hits = 0;
  let hasOneMore = (): boolean => false;
  let isHit = (): boolean => false;
  return () => {
    if (inBlock === 0) {
      // Rounding is carried from block to block, so that 0.1% means one hit in five blocks.
      const upTo = (blocks: number) => Math.round((blocks * blockSize * percentage) / 100);
      hits = upTo(block + 1) - upTo(block);
      block += 1;
      hasOneMore = choose(parts, hits % parts, random);
    }
    if (inBlock % partSize === 0) isHit = choose(partSize, Math.floor(hits / parts) + (hasOneMore() ? 1 : 0), random);
    inBlock = (inBlock + 1) % blockSize;
    return isHit();
  };
}

const traceId = /^[0-9a-f]{2}-([0-9a-f]{32})-/;

/** The id that all attempts and hops of one request share: in the baggage, else the trace id. */
function requestId(request: RequestFacts): string | undefined {
  return baggageOf(request).get(requestIdBaggageKey) ?? traceId.exec(request.header('traceparent') ?? '')?.[1];
}

/** `request` hashes the request's id, so that retries agree; a request without one is decided like an attempt. */
export function sampler(percentage: number, sampling: 'attempt' | 'request', seed: number, index: number): Sampler {
  if (percentage >= 100) return () => true;
  const attempt = byAttempt(percentage, seeded(hash(`${seed}/${index}`)));
  if (sampling === 'attempt') return attempt;
  return (request) => {
    const id = requestId(request);
    return id === undefined ? attempt() : (hash(`${seed}/${index}/${id}`) / 2 ** 32) * 100 < percentage;
  };
}
