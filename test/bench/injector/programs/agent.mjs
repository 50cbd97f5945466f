import { startAgent } from '@pado/daemon';
import { answer } from './commands.mjs';

// The directory is its parent's to remove: this process may be killed.
const { url, token, tokenFile } = await startAgent({ stateDirectory: process.env.BENCH_STATE ?? '.pado' });
answer({ address: () => ({ url, token, tokenFile }) });
