/**
 * The Hodges–Lehmann estimate of a shift: the median of the Walsh averages, (dᵢ + dⱼ) / 2 for all i ≤ j. A fifth of
 * the pairs may be spoilt without moving it far, and for normal data it needs hardly more pairs than the mean.
 */
export function hodgesLehmann(differences: readonly number[]): number {
  return resampledHodgesLehmann(differences)(new Uint16Array(differences.length).fill(1));
}

/**
 * The estimate of a resample, given how often each difference was drawn. The averages are put in order once: a
 * resample has the same ones, each as often as its two differences were drawn together.
 */
export function resampledHodgesLehmann(differences: readonly number[]): (counts: Uint16Array) => number {
  const averages = walshAverages(differences);
  return (counts) => {
    const weights = averages.map(({ i, j }) => {
      const times = counts[i]!;
      return i === j ? (times * (times + 1)) / 2 : times * counts[j]!;
    });
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    if (total === 0) return Number.NaN;
    const [low, high] = [Math.floor((total - 1) / 2), Math.floor(total / 2)];
    return (valueAt(low) + valueAt(high)) / 2;

    function valueAt(place: number): number {
      let passed = 0;
      const index = weights.findIndex((weight) => {
        passed += weight;
        return passed > place;
      });
      return averages[index]!.value;
    }
  };
}

interface WalshAverage {
  readonly i: number;
  readonly j: number;
  readonly value: number;
}

function walshAverages(differences: readonly number[]): WalshAverage[] {
  const averages: WalshAverage[] = [];
  for (const [i, first] of differences.entries()) {
    for (let j = i; j < differences.length; j += 1) averages.push({ i, j, value: (first + differences[j]!) / 2 });
  }
  return averages.sort((a, b) => a.value - b.value);
}
