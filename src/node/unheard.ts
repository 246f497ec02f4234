/**
 * What never became a request: no HTTP, headers beyond all measure, a sender who takes too long. It is answered as all
 * else is, and the connection ends. Of door one. What must never happen here: an answer in the middle of another.
 */
import { type RequestListener, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type Problem, problem } from '../core/problem.ts';
import { problemReply } from '../http/answers.ts';

/** Where nobody knows which address was meant. */
const NO_ADDRESS = '*';

export function answerUnheard(server: Server): void {
  /** The last answer that was begun, or will be, on each connection. */
  const answers = new WeakMap<Duplex, ServerResponse>();
  server.prependListener('request', (request, response) => answers.set(request.socket, response));
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    const last = answers.get(socket);
    const inTheMiddle = last?.headersSent === true && !last.writableFinished;
    if (!socket.writable || error.code === 'ECONNRESET' || inTheMiddle) {
      socket.destroy();
      return;
    }
    socket.end(textOf(problemOf(error)), () => socket.destroy());
  });
}

/** HTTP 1.1 asks for a host, and for a refusal where there is none. Node's own says nothing: see CONNECTIONS. */
export function withHost(listener: RequestListener): RequestListener {
  return (request, response) => {
    if (request.headers.host !== undefined || request.httpVersion !== '1.1')
      return listener(request, response);
    const missing = problem('request_malformed', 'the header Host is missing');
    const { status, headers, body } = problemReply(request.url ?? NO_ADDRESS, missing);
    const length = { 'content-length': Buffer.byteLength(body) };
    response.writeHead(status, { ...headers, ...length, connection: 'close' }).end(body);
    request.resume();
  };
}

function problemOf({ code, message }: NodeJS.ErrnoException): Problem {
  if (code === 'HPE_HEADER_OVERFLOW') return problem('headers_too_large');
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return problem('request_too_slow');
  return problem('request_malformed', message);
}

function textOf(it: Problem): string {
  const { status, headers, body } = problemReply(NO_ADDRESS, it);
  const lines = Object.entries({
    ...headers,
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  });
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    ...lines.map(([name, value]) => `${name}: ${value}`),
    '',
    body,
  ].join('\r\n');
}
