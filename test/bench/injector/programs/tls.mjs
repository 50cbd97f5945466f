// A program that uses TLS: it loads https and makes a context, as a client of any https URL has.
import 'node:https';
import { createSecureContext } from 'node:tls';
import { answer } from './commands.mjs';

createSecureContext();
if (process.send) answer({});
