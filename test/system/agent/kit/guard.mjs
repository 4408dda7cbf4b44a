// Loaded into a process by --import: records everything that it connects to, looks up or sends datagrams to.
import dgram from 'node:dgram';
import dns from 'node:dns';
import { appendFileSync } from 'node:fs';
import { Socket } from 'node:net';

const file = process.env.PASSFOB_TEST_CONNECTIONS;
const note = line => {
  if (file) appendFileSync(file, `${line}\n`);
};

const { connect } = Socket.prototype;
Socket.prototype.connect = function (...args) {
  // `net.connect` passes the arguments as an array; other callers pass them one by one.
  const [given] = Array.isArray(args[0]) ? args[0] : args;
  if (typeof given === 'object' && given !== null)
    note(given.path === undefined ? `tcp ${given.host ?? 'localhost'}:${given.port}` : 'local');
  else note(`tcp ${args[1] ?? 'localhost'}:${given}`);
  return connect.apply(this, args);
};

const { lookup } = dns;
dns.lookup = (name, ...rest) => {
  note(`name ${name}`);
  return lookup(name, ...rest);
};

const { send } = dgram.Socket.prototype;
dgram.Socket.prototype.send = function (...args) {
  note('datagram');
  return send.apply(this, args);
};
