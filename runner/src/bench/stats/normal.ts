/** P(Z ≤ z) of the standard normal distribution, to about 1e-15. */
export function normalCdf(z: number): number {
  return z < 0 ? upperTail(-z) : 1 - upperTail(z);
}

/** P(Z > z) for z ≥ 0. Near 0 by the series of the density's integral, beyond by Laplace's continued fraction. */
function upperTail(z: number): number {
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  if (z < 3) {
    let term = z;
    let sum = z;
    for (let k = 3; Math.abs(term) > 1e-17 * Math.abs(sum); k += 2) {
      term *= (z * z) / k;
      sum += term;
    }
    return 0.5 - density * sum;
  }
  let fraction = z;
  for (let k = 100; k >= 1; k -= 1) fraction = z + k / fraction;
  return density / fraction;
}

/** The z below which a share `p` lies, by halving: exact to the last digits, and it is asked a few times only. */
export function normalQuantile(p: number): number {
  return root((z) => normalCdf(z) - p);
}

/** The same of Student's t distribution, for whole degrees of freedom. */
export function studentQuantile(p: number, degrees: number): number {
  return root((t) => studentCdf(t, degrees) - p);
}

/** Abramowitz and Stegun 26.7.3 and 26.7.4: closed forms for whole degrees of freedom. */
export function studentCdf(t: number, degrees: number): number {
  const angle = Math.atan(t / Math.sqrt(degrees));
  const cosine = Math.cos(angle);
  const odd = degrees % 2 === 1;
  let term = odd ? cosine : 1;
  let sum = degrees === 1 ? 0 : term;
  for (let k = odd ? 2 : 1; k <= degrees - 3; k += 2) {
    term *= (cosine * cosine * k) / (k + 1);
    sum += term;
  }
  const within = odd ? (2 / Math.PI) * (angle + Math.sin(angle) * sum) : Math.sin(angle) * sum;
  return 0.5 + within / 2;
}

function root(rising: (x: number) => number): number {
  let [low, high] = [-1e6, 1e6];
  for (let step = 0; step < 100; step += 1) {
    const middle = (low + high) / 2;
    if (rising(middle) < 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
