/** Alpine brings no types; what is used of it here. */
declare module "@alpinejs/csp/src/index" {
  type Evaluator = (element: Element, expression: unknown) => unknown;
  const Alpine: {
    data(name: string, make: (...given: never[]) => object): void;
    setEvaluator(evaluator: Evaluator): void;
    closestDataStack(element: Element): object[];
    start(): void;
  };
  export default Alpine;
}
declare module "@alpinejs/csp/src/evaluator" {
  export const cspEvaluator: (element: Element, expression: unknown) => unknown;
}
