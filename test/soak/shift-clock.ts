// Loaded into a worker before everything else: its clock goes wrong when it is told to.
// `clock:300000` puts it five minutes forward, `clock:0` right again.
const TrueDate = Date;
const startedAt = performance.timeOrigin;
let shiftMs = 0;

const now = () => TrueDate.now() + shiftMs;
globalThis.Date = new Proxy(TrueDate, {
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
  get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
});
// The pipeline's clock.
Object.defineProperty(performance, 'timeOrigin', { get: () => startedAt + shiftMs });

process.on('message', (message) => {
  const [, text] = /^clock:(-?\d+)$/.exec(String(message)) ?? [];
  if (text !== undefined) shiftMs = Number(text);
});
