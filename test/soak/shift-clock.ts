// Loaded into a worker before everything else: shifts its clock on request.
// `clock:300000` sets it five minutes ahead, `clock:0` resets it.
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
