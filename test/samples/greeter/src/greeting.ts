import type { Person } from './people';

export function greeting(person: Person): string {
  return person.visits > 1 ? `Welcome back, ${person.name}!` : `Welcome, ${person.name}!`;
}
