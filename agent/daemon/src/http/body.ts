import type { IncomingMessage } from 'node:http';
import { HttpProblem } from './problem.ts';

const maxBytes = 1_048_576;

/** Reads a JSON body of at most 1 MiB. */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) throw new HttpProblem(413, 'ERR_PADO_INVALID', 'the body is larger than 1 MiB');
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch (error) {
    throw new HttpProblem(400, 'ERR_PADO_INVALID', `the body is not JSON: ${(error as Error).message}`);
  }
}
