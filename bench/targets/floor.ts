/**
 * The floor under every webhook: a bare node:http that computes one HMAC over the body, compares it and answers, and
 * stores nothing. No door that verifies what it is sent can be faster on this Node.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import { SECRET } from '../secret.ts';
import { beTarget } from './target.ts';

const ANSWER = JSON.stringify({ received: true, event: 'evt_01kb0000000000000000000000', duplicate: false });
const HEAD = { 'content-type': 'application/json', 'content-length': String(ANSWER.length) };

const server = createServer((request, response) => {
  const hmac = createHmac('sha256', SECRET);
  request.on('data', (chunk) => hmac.update(chunk));
  request.on('end', () => {
    const given = Buffer.from(String(request.headers['x-shopify-hmac-sha256']), 'base64');
    const right = hmac.digest();
    const fits = given.length === right.length && timingSafeEqual(given, right);
    response.writeHead(fits ? 200 : 401, HEAD).end(ANSWER);
  });
});

server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('it listens on no port');
  beTarget(address.port, { end: async () => {} });
});
