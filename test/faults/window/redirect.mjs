// Preloaded into a window's process: whatever it opens to a bridge goes through the test's proxy. The bridge's proof
// holds for its port, so the address that our own code sees must stay the real one.
import { Socket } from 'node:net';

const proxyPort = Number(process.env.HOLDFAST_FAULT_PROXY);
const { connect } = Socket.prototype;

Socket.prototype.connect = function (...args) {
  const options = Array.isArray(args[0]) ? args[0][0] : args[0];
  const port = options?.host === '127.0.0.1' ? Number(options.port) : 0;
  if (!(port > 0 && proxyPort > 0)) return connect.apply(this, args);
  options.port = proxyPort;
  const socket = connect.apply(this, args);
  // Tells the proxy where it is meant to go.
  const target = Buffer.alloc(2);
  target.writeUInt16BE(port);
  socket.write(target);
  return socket;
};
