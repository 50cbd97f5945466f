/** What the cascades' load is made of: `JOURNEYS` and `PATTERN`, read from their texts. */
import { durationMs, maxRate } from '../env.ts';

export const journeyNames = ['list', 'product', 'search', 'stock', 'checkout', 'shipment'] as const;
export type MixedJourney = (typeof journeyNames)[number];

export interface Share {
  readonly journey: MixedJourney;
  /** Users a second. */
  readonly rate: number;
}

/** Users who come all at once, again and again. */
export interface Burst {
  readonly everyMs: number;
  /** Users at a time. */
  readonly users: number;
}

/** Rates are made in tenths of a user a second. */
const perSecond = 10;

/** `list:45,checkout:5`: journeys and their rates, each times `factor`. */
export function mixOf(text: string, factor = 1): readonly Share[] {
  const shares = text.split(',').map((part) => {
    const [name = '', rateText = '', ...rest] = part.trim().split(':');
    const journey = journeyNames.find((known) => known === name);
    const rate = Math.round(Number(rateText) * factor * perSecond) / perSecond;
    if (journey === undefined || rest.length > 0)
      throw new Error(
        `JOURNEYS is "${text}": it should be journeys with rates, such as list:45,checkout:5, of ${names}`,
      );
    if (rateText === '' || !(rate >= 1 / perSecond && rate <= maxRate))
      throw new Error(`JOURNEYS is "${text}": the rate of ${journey} should be from 0.1 to ${maxRate} users a second`);
    return { journey, rate };
  });
  const twice = shares.find(({ journey }, index) => shares.findIndex((other) => other.journey === journey) < index);
  if (twice !== undefined) throw new Error(`JOURNEYS is "${text}": ${twice.journey} is there twice`);
  return shares;
}

/** `burst:5s:10`: ten users at once, every five seconds. Nothing is no burst. */
export function burstOf(text: string | undefined): Burst | undefined {
  if (!text) return undefined;
  const [, every = '', users = ''] = /^burst:([^:]+):(\d+)$/.exec(text) ?? [];
  const everyMs = durationMs(every) ?? 0;
  if (everyMs >= 1_000 && everyMs <= 60_000 && Number(users) >= 1 && Number(users) <= 1_000)
    return { everyMs, users: Number(users) };
  throw new Error(`PATTERN is "${text}": it should be burst:5s:10, every 1s to 60s, of 1 to 1000 users`);
}

/** Milliseconds until the next burst; never 0, so that who starts at one waits for the next. */
export const untilBurst = ({ everyMs }: Burst, sinceStartMs: number): number => everyMs - (sinceStartMs % everyMs);

const names = journeyNames.join(', ');
