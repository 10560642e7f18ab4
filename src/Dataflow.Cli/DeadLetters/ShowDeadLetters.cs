using Dataflow.Cli.Logs;
using Dataflow.Log;

namespace Dataflow.Cli.DeadLetters;

/// <summary>Shows a pipeline's newest dead letters.</summary>
internal sealed class ShowDeadLetters : LogCommand
{
    private readonly Argument<string> _pipeline;
    private readonly Option<string?> _step = new("--step") { Description = "Only those of this step.", HelpName = "STEP" };
    private readonly Option<int> _max;

    public ShowDeadLetters(Terminal terminal)
        : base(terminal, "show", "Show a pipeline's newest dead letters: which record, when and why. With --json one to a line.")
    {
        _pipeline = AddArgument("PIPELINE", "The pipeline's name.");
        Add(_step);
        _max = Add(Wording.MaxOption("At most so many dead letters."));
    }

    public override string Example => "dataflow deadletters show orders --step parse --max 5 --log data";

    protected override Task<int> RunAsync(LogStore log, ParseResult asked, CancellationToken cancellationToken)
    {
        var step = asked.GetValue(_step);
        var letters = LetterTopic.Read(log, asked.GetRequiredValue(_pipeline), Terminal, cancellationToken)
            .Where(found => step is null || found.Letter.Step == step).TakeLast(asked.GetValue(_max));
        var table = new Table("offset", "time", "step", "record", "replayed", "reason");
        foreach (var found in letters)
        {
            var letter = found.Letter;
            if (IsJson(asked)) Terminal.Out.Write($"{Json.Line(found)}\n");
            else table.Add(found.Offset, letter.Time, letter.Step, found.Record, found.IsReplayed ? "yes" : "no", letter.Reason);
        }

        if (!IsJson(asked)) Terminal.Out.Write(table.ToString());
        return Task.FromResult(ExitCode.Well);
    }
}
