// Starts telegram-test-api on loopback, on the port that PORT names, and says
// so. It is found through NODE_PATH. The package lacks a way to start it.
const mod = require('telegram-test-api');
const TelegramServer = mod.default || mod;

// A webhook or bot that went away would otherwise end the process.
process.on('unhandledRejection', (reason) => console.error('unhandled:', reason && reason.message));
// Whoever started us holds our standard input: we end with them.
process.stdin.resume().on('end', () => process.exit(0));

const server = new TelegramServer({
  port: Number(process.env.PORT), host: '127.0.0.1', protocol: 'http', storage: 'RAM', storeTimeout: 3600,
});
server.start().then(
  () => console.log('up ' + server.config.apiURL),
  (reason) => { console.error(reason); process.exit(1); },
);
