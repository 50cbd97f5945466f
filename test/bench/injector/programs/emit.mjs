// How long a server takes to hand a request to its handler, in nanoseconds: the way on which the hook stands.
import http from 'node:http';
import { answer } from './commands.mjs';

const server = http.createServer();
let seen = 0;
server.on('request', () => {
  seen += 1;
});
const request = Object.assign(new http.IncomingMessage({ localPort: 8080 }), {
  method: 'GET',
  url: '/items/7?page=2',
  headers: { host: '127.0.0.1:8080', accept: '*/*', 'user-agent': 'bench' },
});
const response = {};

answer({
  seen: () => seen,
  nanoseconds: (times) => {
    const start = process.hrtime.bigint();
    for (let i = 0; i < times; i += 1) server.emit('request', request, response);
    return Number(process.hrtime.bigint() - start) / times;
  },
});
