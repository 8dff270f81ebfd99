// An APNs that obeys a script: Node's http2 (nghttp2), so that our client meets a stack that is not its own.
//
//   node fake.mjs KEY CERT ROOT        prints {"apns": port, "control": port}; ends when its standard input ends
//
//   POST control/script  {"settings": {...}, "record": true, "answers": {"<token prefix>": [action, ...]}}
//                        ends all sessions and forgets what was seen. The longest prefix counts; its actions are used up
//                        in order and the last one stays.
//   GET  control/seen    {"requests": [...], "sessions": n, "refused": n, "most_open": n, "pongs": n, "client": settings}
//
// action: {"status", "headers", "body" | "parts", "trailers", "informational", "early", "delay"}    an answer, or
//         {"reset": code} | {"silence": true} | {"cut": true} (in 10 ms) | {"flood": true}                      none;
//         before either: "settings": {...} (when the headers come), "ping": true, "pinging": ms (again and again),
//                        "goaway": {"code", "behind": streams, "debug", "graceful": bool, "late": ms}
//         A graceful GOAWAY is two: the first has the highest stream id there is. A late one comes after the answer.
//         "early" answers before the body has come; "delay" is in ms; an empty last part makes an empty DATA frame.

import { createServer } from 'node:http';
import { constants, createSecureServer } from 'node:http2';
import { readFileSync } from 'node:fs';

const [key, cert, ca] = process.argv.slice(2).map((path) => readFileSync(path));
const sessions = new Set();
const sockets = new WeakMap(); // Node hides the socket of a session
const HIGHEST = 2 ** 31 - 1;
const SETTINGS = { maxConcurrentStreams: 1000, initialWindowSize: 65535 }; // Apple gives 1,000 streams to a certificate
let script = {};
let seen = {};

function begin(next) {
  for (const session of sessions) session.destroy();
  script = { settings: {}, record: true, answers: { '': [{ status: 200 }] }, ...next };
  script.prefixes = Object.keys(script.answers).sort((a, b) => b.length - a.length);
  seen = { requests: [], sessions: 0, refused: 0, open: 0, most_open: 0, pongs: 0 };
  apns.updateSettings({ ...SETTINGS, ...script.settings });
}

function actionFor(token) {
  const actions = script.answers[script.prefixes.find((prefix) => token.startsWith(prefix))] ?? [{ silence: true }];
  return actions.length > 1 ? actions.shift() : actions[0];
}

function farewell(stream, { late, ...rest }) {
  if (late) setTimeout(goaway, late, stream.session, stream.id, rest);
  else goaway(stream.session, stream.id, rest);
}

function goaway(session, id, { code = constants.NGHTTP2_NO_ERROR, behind = 0, debug = '', graceful = false }) {
  if (session.destroyed) return;
  if (graceful) session.goaway(constants.NGHTTP2_NO_ERROR, HIGHEST);
  session.goaway(code, id - 2 * behind, Buffer.from(debug));
}

function trickle(session, ms) {
  const timer = setInterval(() => session.ping(() => {}), ms);
  session.on('close', () => clearInterval(timer));
}

function write(stream, [part, ...rest]) {
  if (rest.length === 0) stream.end(part);
  else stream.write(part, () => setImmediate(() => stream.destroyed || write(stream, rest)));
}

function flood(stream) {
  while (!stream.destroyed && stream.write('x'.repeat(1000)));
  stream.once('drain', () => flood(stream));
}

function respond(stream, id, action) {
  const headers = { ':status': action.status ?? 200, 'apns-id': id, ...action.headers };
  if (action.informational) stream.additionalHeaders({ ':status': 103, link: '</x>' });
  if (action.trailers) stream.once('wantTrailers', () => stream.sendTrailers(action.trailers));
  const parts = action.parts ?? (action.body ? [action.body] : []);
  const endStream = parts.length === 0 && !action.trailers && !action.flood;
  stream.respond(headers, { endStream, waitForTrailers: Boolean(action.trailers) });
  if (action.flood) flood(stream);
  else if (!endStream) write(stream, parts.length === 0 ? [''] : parts);
}

function act(stream, id, action) {
  if (stream.destroyed) return;
  if (action.ping) stream.session.ping((fault) => (seen.pongs += fault ? 0 : 1));
  if (action.pinging) trickle(stream.session, action.pinging);
  if (action.goaway) farewell(stream, action.goaway);
  if (action.cut) setTimeout(() => sockets.get(stream.session)?.destroy(), 10);
  else if (action.reset !== undefined) stream.close(action.reset);
  else if (!action.silence) respond(stream, id, action);
}

function follow(stream, headers) {
  const action = actionFor(headers[':path'].slice('/3/device/'.length));
  const perform = () => act(stream, headers['apns-id'], action);
  const start = action.delay ? () => setTimeout(perform, action.delay) : perform;
  const chunks = [];
  seen.client = stream.session.remoteSettings;
  seen.most_open = Math.max(seen.most_open, (seen.open += 1));
  stream.on('error', () => {});
  stream.on('close', () => (seen.open -= 1));
  stream.on('data', (chunk) => chunks.push(chunk));
  if (action.settings) stream.session.settings(action.settings);
  if (action.early) start();
  stream.on('end', () => {
    if (script.record) seen.requests.push({ headers, body: Buffer.concat(chunks).toString(), session: seen.sessions });
    if (!action.early) start();
  });
}

const apns = createSecureServer({ key, cert, ca, requestCert: true, rejectUnauthorized: true, allowHTTP1: false });
apns.on('stream', follow);
apns.on('sessionError', () => {});
apns.on('tlsClientError', () => (seen.refused += 1));
apns.prependListener('secureConnection', (socket) => {
  apns.once('session', (session) => sockets.set(session, socket));
});
apns.on('session', (session) => {
  seen.sessions += 1;
  sessions.add(session);
  session.on('error', () => {});
  session.on('close', () => sessions.delete(session));
});

const control = createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    if (request.url === '/script') begin(JSON.parse(Buffer.concat(chunks)));
    response.setHeader('connection', 'close');
    response.end(JSON.stringify(seen));
  });
});

process.stdin.on('end', () => process.exit(0)).resume();
apns.listen(0, '127.0.0.1', () => {
  control.listen(0, '127.0.0.1', () => {
    begin({});
    console.log(JSON.stringify({ apns: apns.address().port, control: control.address().port }));
  });
});
