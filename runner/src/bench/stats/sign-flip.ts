import { seeded } from '@pado/fault';

/** 2¹⁶ patterns of signs take a few milliseconds; each pair more doubles that. */
const mostExact = 16;
const draws = 100_000;

/**
 * The sign-flip permutation test for pairs, two-sided, by the size of the sum. If the arms are the same, each
 * difference could as well have had the other sign; p is the share of all patterns of signs whose sum is at least as
 * far from 0 as the one that was seen. Exact up to 16 pairs. Beyond, patterns are drawn by the seed, and what was seen
 * counts as one of them: without that +1 p could be 0, which no test by chance can know (Phipson and Smyth, 2010).
 * Without differences p is 1.
 */
export function signFlipTest(differences: readonly number[], seed = 1): number {
  const observed = Math.abs(differences.reduce((sum, difference) => sum + difference, 0));
  // Sums of the same numbers in another order differ in their last bits, and still are equal.
  const least = observed - 1e-12 * differences.reduce((sum, difference) => sum + Math.abs(difference), 0);
  if (differences.length <= mostExact) return countOf(differences, least, 0, 0) / 2 ** differences.length;
  const random = seeded(seed);
  let extreme = 1;
  for (let draw = 0; draw < draws; draw += 1) {
    let sum = 0;
    for (const difference of differences) sum += random() < 0.5 ? difference : -difference;
    if (Math.abs(sum) >= least) extreme += 1;
  }
  return extreme / (draws + 1);
}

/** How many patterns of the signs from `index` on end at least so far from 0. */
function countOf(differences: readonly number[], least: number, index: number, sum: number): number {
  if (index === differences.length) return Math.abs(sum) >= least ? 1 : 0;
  const difference = differences[index]!;
  return (
    countOf(differences, least, index + 1, sum + difference) + countOf(differences, least, index + 1, sum - difference)
  );
}
