// Everything is relative to this page, and nothing comes from elsewhere: the validator's badge would.
SwaggerUIBundle({
  url: new URL('../openapi.json', document.baseURI).href,
  dom_id: '#api',
  deepLinking: true,
  validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis],
  layout: 'BaseLayout',
  onComplete: () => {
    const title = document.querySelector('#api .title');
    if (title) document.title = title.textContent;
  },
});
