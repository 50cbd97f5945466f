import type { Figure } from './figure.ts';

/** Says on stderr what is being measured and about how long the rest takes. */
export function progressOf(figures: readonly Figure[], isQuick: boolean) {
  const secondsOf = ({ seconds }: Figure) => (isQuick ? seconds.quick : seconds.full);
  const isTerminal = process.stderr.isTTY === true;
  let lastTold = 0;
  return (index: number, share: number): void => {
    const figure = figures[index];
    if (!figure) return;
    // A log gets a line a figure and one every ten seconds, a terminal one that changes.
    if (!isTerminal && share > 0 && performance.now() - lastTold < 10_000) return;
    lastTold = performance.now();
    const left =
      secondsOf(figure) * (1 - share) + figures.slice(index + 1).reduce((sum, next) => sum + secondsOf(next), 0);
    const text = `[${index + 1}/${figures.length}] ${figure.name} ${Math.round(share * 100)}%, about ${left < 90 ? `${Math.ceil(left)} s` : `${Math.ceil(left / 60)} min`} left`;
    process.stderr.write(isTerminal ? `\r\x1b[K${text}` : `${text}\n`);
  };
}
