// A block without a language is a drawing or an output, not code.
export default { configureHljs: hljs => hljs.configure({ languages: [] }) }
