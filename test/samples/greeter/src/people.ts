export interface Person {
  readonly name: string;
  readonly visits: number;
}

export const people: readonly Person[] = [
  { name: 'Ada', visits: 3 },
  { name: 'Grace', visits: 1 },
];
