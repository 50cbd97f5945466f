/**
 * McNemar's exact test for yes and no in pairs, two-sided. Pairs whose runs agree say nothing of a difference; among
 * those that disagree each side is as likely if the arms are the same, so p is a binomial tail at one half, doubled.
 */
export function mcnemarTest(onlyA: number, onlyB: number): number {
  const disagreeing = onlyA + onlyB;
  const fewer = Math.min(onlyA, onlyB);
  let ways = 1;
  let tail = 0;
  for (let k = 0; k <= fewer; k += 1) {
    tail += ways;
    ways = (ways * (disagreeing - k)) / (k + 1);
  }
  return Math.min(1, (2 * tail) / 2 ** disagreeing);
}
