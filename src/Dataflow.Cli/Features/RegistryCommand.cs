using System.Text.Json;
using Dataflow.Cli.Logs;
using Dataflow.Cli.Processes;
using Dataflow.Features;
using Dataflow.Log;

namespace Dataflow.Cli.Features;

/// <summary>A command on the definitions of feature views that jobs of a log have used.</summary>
internal abstract class RegistryCommand : SharedCommand
{
    private readonly Option<string?> _job;

    protected RegistryCommand(Terminal terminal, string name, string description)
        : base(terminal, name, description) => _job = AddJobOption();

    protected override Task<int> RunAsync(LogStore log, ParseResult asked, CancellationToken cancellationToken)
        => Task.FromResult(Run(FeatureRegistry.Read(log), asked));

    protected override async Task<int> RunAsync(AdminApi api, ParseResult asked, CancellationToken cancellationToken)
    {
        var job = await JobPathAsync(api, asked.GetValue(_job), cancellationToken).ConfigureAwait(false);
        var answer = await api.GetAsync($"{job}/features", cancellationToken).ConfigureAwait(false);
        return Run(answer.GetProperty("views").Deserialize<List<ViewDefinition>>(JsonSerializerOptions.Web)!, asked);
    }

    protected abstract int Run(IReadOnlyList<ViewDefinition> views, ParseResult asked);

    protected static Option<int?> VersionOption(string name, string description)
        => new(name) { Description = description, HelpName = "VERSION" };

    /// <summary>Finds a version of a view.</summary>
    /// <param name="views">The registered ones, by name and version.</param>
    /// <param name="name">The view's name.</param>
    /// <param name="version">The version; null: the last.</param>
    /// <exception cref="ToolException">It is not registered.</exception>
    protected static ViewDefinition Find(IReadOnlyList<ViewDefinition> views, string name, int? version)
    {
        var versions = views.Where(view => view.Name == name).ToList();
        if (versions.Count == 0)
            throw new ToolException($"Feature view '{name}': no job of the log has used it. 'dataflow features list' shows the others.");
        return version is null ? versions[^1] : versions.Find(view => view.Version == version) ?? throw new ToolException(
            $"Feature view '{name}': version {version} is not registered. Its versions are "
                + $"{string.Join(", ", versions.Select(static view => view.Version))}.");
    }
}
