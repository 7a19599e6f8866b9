import { greeting } from './greeting';
import { people } from './people';

const longest: number = people.map(greeting).sort((a, b) => b.length - a.length)[0] ?? '';

console.log(longest);
