// A program that does nothing.
import { answer } from './commands.mjs';

answer({});
