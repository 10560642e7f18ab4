using System.Text.Json;
using Dataflow.Features;

namespace Dataflow.Cli.Features;

/// <summary>Compares two versions of a feature view, or a registered one with a definition from elsewhere.</summary>
internal sealed class DiffFeatures : RegistryCommand
{
    private static readonly JsonSerializerOptions s_definition
        = new(JsonSerializerDefaults.Web) { RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true };

    private readonly Argument<string> _view;
    private readonly Option<int?> _from = VersionOption("--from", "The earlier version. Default: the one before the other.");
    private readonly Option<int?> _to = VersionOption("--to", "The later version. Default: the last.");
    private readonly Option<string?> _with = new("--with")
    {
        Description = "Compare version --from, or the last, with the definition in a file, as 'describe --json' prints it; '-': the input.",
        HelpName = "FILE",
    };

    public DiffFeatures(Terminal terminal)
        : base(
            terminal, "diff",
            "Say how the meaning of a feature view changed between two versions, or differs from a definition of another log. Exit code 3 "
                + "where it does.")
    {
        _view = AddArgument("VIEW", "The view's name.");
        Add(_from);
        Add(_to);
        Add(_with);
    }

    public override string Example => "dataflow features diff spending --from 1 --to 2 --log data";

    protected override int Run(IReadOnlyList<ViewDefinition> views, ParseResult asked)
    {
        var (from, to) = Pair(views, asked);
        var found = new Difference(to.Name, from.Version, to.Version, to.DifferencesFrom(from));
        Show(asked, found, Text);
        return found.Differences.Count == 0 ? ExitCode.Well : ExitCode.FoundWrong;
    }

    private (ViewDefinition From, ViewDefinition To) Pair(IReadOnlyList<ViewDefinition> views, ParseResult asked)
    {
        var (name, from, to) = (asked.GetRequiredValue(_view), asked.GetValue(_from), asked.GetValue(_to));
        if (asked.GetValue(_with) is { } file)
        {
            if (to is not null) throw new ToolException("Give --to or --with: the file is what the registered version is compared with.");
            return (Find(views, name, from), Read(file));
        }

        var later = Find(views, name, to);
        var earlier = from is not null ? Find(views, name, from)
            : views.LastOrDefault(view => view.Name == name && view.Version < later.Version) ?? throw new ToolException(
                $"Feature view '{name}': there is no version before {later.Version}. Give --from, or a definition with --with.");
        return (earlier, later);
    }

    private ViewDefinition Read(string file)
    {
        try
        {
            return JsonSerializer.Deserialize<ViewDefinition>(
                file == "-" ? Terminal.In.ReadToEnd() : File.ReadAllText(file), s_definition)
                ?? throw new JsonException("it holds null");
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new ToolException(
                $"File '{file}': it has no definition of a feature view: {error.Message.TrimEnd('.')}. Make one with 'dataflow features "
                    + "describe VIEW --json'.");
        }
    }

    private static string Text(Difference found)
    {
        var head = $"View '{found.View}', from version {found.From} to {found.To}";
        return found.Differences.Count == 0
            ? PlainText.Of($"{head}: the meaning is the same.\n")
            : PlainText.Of($"{head}:\n{string.Concat(found.Differences.Select(static text => $"  {text}\n"))}");
    }

    private sealed record Difference(string View, int From, int To, IReadOnlyList<string> Differences);
}
