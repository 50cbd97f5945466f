/** A spoilt run is made again so many times; more than that is the machine's fault. */
const mostRepeats = 1;

/** Makes a run, and once more when a busy machine has spoilt it; the second one may be void too. */
export async function counted<Run extends { readonly void?: readonly string[] }>(
  make: () => Promise<Run>,
): Promise<Run> {
  let run = await make();
  for (let repeat = 0; repeat < mostRepeats && run.void !== undefined; repeat++) run = await make();
  return run;
}
