/** The resources and prompts that the suite asks for. */
import { ResourceNotFoundError, RpcError, rpcCodes } from '../../server/agent/json-rpc.ts';
import { inputRequiredPrompt } from './fixture-input-required.ts';
import { at, image } from './fixture-tool.ts';

const contents: Readonly<
  Record<string, { readonly mimeType: string; readonly text?: string; readonly blob?: string }>
> = {
  'test://static-text': { mimeType: 'text/plain', text: 'This is the content of the static text resource.' },
  'test://static-binary': { mimeType: 'image/png', blob: image.data },
  'test://watched-resource': { mimeType: 'text/plain', text: 'Watch me.' },
};
const templatePattern = /^test:\/\/template\/([^/]+)\/data$/;

export const resourceList = {
  resources: Object.entries(contents).map(([uri, { mimeType }]) => ({
    uri,
    name: uri.slice('test://'.length),
    description: `The resource ${uri}`,
    mimeType,
  })),
};
export const templateList = {
  resourceTemplates: [
    {
      uriTemplate: 'test://template/{id}/data',
      name: 'template',
      description: 'Data by id',
      mimeType: 'application/json',
    },
  ],
};

export function hasResource(uri: string): boolean {
  return Object.hasOwn(contents, uri) || templatePattern.test(uri);
}

export function readResource(params: unknown): object {
  const uri = String(at(params, 'uri'));
  const id = templatePattern.exec(uri)?.[1];
  const found =
    id === undefined
      ? contents[uri]
      : {
          mimeType: 'application/json',
          text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` }),
        };
  if (found === undefined) throw new ResourceNotFoundError(uri);
  return { contents: [{ uri, ...found }] };
}

const user = (content: object) => ({ role: 'user', content });
const say = (text: string) => user({ type: 'text', text });

interface FixturePrompt {
  readonly arguments: readonly string[];
  get(params: unknown): object;
}
const prompts: Readonly<Record<string, FixturePrompt>> = {
  test_simple_prompt: { arguments: [], get: () => ({ messages: [say('This is a simple prompt for testing.')] }) },
  test_prompt_with_arguments: {
    arguments: ['arg1', 'arg2'],
    get(params) {
      const [arg1, arg2] = ['arg1', 'arg2'].map((name) => String(at(params, 'arguments', name)));
      return { messages: [say(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`)] };
    },
  },
  test_prompt_with_embedded_resource: {
    arguments: ['resourceUri'],
    get(params) {
      const resource = {
        uri: at(params, 'arguments', 'resourceUri'),
        mimeType: 'text/plain',
        text: 'Embedded resource content for testing.',
      };
      return { messages: [user({ type: 'resource', resource }), say('Please process the embedded resource above.')] };
    },
  },
  test_prompt_with_image: {
    arguments: [],
    get: () => ({ messages: [user(image), say('Please analyze the image above.')] }),
  },
  test_input_required_result_prompt: { arguments: [], get: inputRequiredPrompt },
};

export const promptList = {
  prompts: Object.entries(prompts).map(([name, { arguments: names }]) => ({
    name,
    description: `The prompt ${name}`,
    arguments: names.map((argument) => ({ name: argument, description: `Its ${argument}`, required: true })),
  })),
};

export function getPrompt(params: unknown): object {
  const name = String(at(params, 'name'));
  const prompt = Object.hasOwn(prompts, name) ? prompts[name] : undefined;
  if (prompt === undefined) throw new RpcError(rpcCodes.invalidParams, `Unknown prompt ${name}`);
  return prompt.get(params);
}
