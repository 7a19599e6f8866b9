/** `tsx test/package/check-vsix.ts FILE`: prints what the VSIX holds; exits 1 when it holds too much or too little. */
import { readVsix, vsixFaults } from './vsix.ts';

const file = process.argv[2];
if (file === undefined) throw new Error('which file?');
const vsix = readVsix(file);
for (const entry of vsix.entries) console.log(`${String(entry.bytes).padStart(9)}  ${entry.name}`);
console.log(`${String(vsix.bytes).padStart(9)}  ${file}`);
const faults = vsixFaults(vsix);
for (const fault of faults) console.error(`error: ${fault}`);
process.exitCode = faults.length === 0 ? 0 : 1;
