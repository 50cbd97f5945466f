/** Stands in for aws, eksctl, kubectl and helm: writes down how it was called and answers from the world in WORLD. */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { reply, type World } from './world.ts';

const [tool = '', ...args] = process.argv.slice(2);
const file = process.env.WORLD ?? '';
const world = JSON.parse(readFileSync(file, 'utf8')) as World;
const answer = reply(world, tool, args);
writeFileSync(file, JSON.stringify(world));
appendFileSync(`${file}.calls`, `${JSON.stringify([tool, ...args])}\n`);
process.stdout.write(answer.stdout);
process.stderr.write(answer.stderr);
process.exitCode = answer.code;
