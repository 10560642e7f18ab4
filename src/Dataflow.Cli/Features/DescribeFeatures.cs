using Dataflow.Features;

namespace Dataflow.Cli.Features;

/// <summary>Shows the definition of a feature view.</summary>
internal sealed class DescribeFeatures : RegistryCommand
{
    private readonly Argument<string> _view;
    private readonly Option<int?> _version = VersionOption("--version", "The version. Default: the last.");

    public DescribeFeatures(Terminal terminal)
        : base(terminal, "describe", "Show the definition of a feature view. With --json it is what 'diff --with' compares with.")
    {
        _view = AddArgument("VIEW", "The view's name.");
        Add(_version);
    }

    public override string Example => "dataflow features describe spending --version 1 --log data";

    protected override int Run(IReadOnlyList<ViewDefinition> views, ParseResult asked)
    {
        Show(asked, Find(views, asked.GetRequiredValue(_view), asked.GetValue(_version)), Text);
        return ExitCode.Well;
    }

    private static string Text(ViewDefinition view)
    {
        var table = new Table("feature", "type", "definition", "window", "else", "meaning");
        foreach (var feature in view.Features)
            table.Add(feature.Name, feature.Type, feature.Definition, feature.Window, feature.DefaultValue, feature.Description);
        var limits = $"time to live {view.TimeToLive?.ToString() ?? "none"}, most lag {view.MaxLag?.ToString() ?? "none"}";
        var people = string.Join(", ", view.Tags.Prepend(view.Description).Prepend(view.Owner).Where(static text => text.Length > 0));
        return PlainText.Of($"Version {view.Version} of view '{view.Name}', keys {view.Entity}, {limits}\n{people}\n") + $"\n{table}";
    }
}
