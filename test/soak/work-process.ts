// `grayscale work` in a process that the soak supervises, as the sandbox does its function.
import { main } from '../../src/cli/main.ts';

process.send?.({ ready: true });
// Its parent's messages must not keep it alive after a request to stop.
process.channel?.unref();
process.exitCode = await main([...process.argv.slice(0, 2), 'work']);
process.disconnect?.();
