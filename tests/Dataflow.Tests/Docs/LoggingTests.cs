using System.Text.RegularExpressions;

namespace Dataflow.Tests.Docs;

/// <summary>The page on logging has every message, with its number, name and level.</summary>
public partial class LoggingTests
{
    [Fact]
    public void The_tables_have_every_message_that_a_source_file_declares_and_no_other()
    {
        var declared = Directory.EnumerateFiles(Repository.PathOf("src"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => Declared().Matches(File.ReadAllText(file)))
            .Select(match => $"{match.Groups[1].Value} {match.Groups[3].Value} {match.Groups[2].Value}").ToList();
        var told = Row().Matches(File.ReadAllText(Repository.PathOf("src/docs/operating/logging.md")))
            .Select(row => $"{row.Groups[1].Value} {row.Groups[2].Value} {row.Groups[3].Value}");

        Assert.Equal(declared.Select(message => message.Split(' ')[0]).Distinct().Count(), declared.Count);
        Assert.Equal(declared.Order(StringComparer.Ordinal), told.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_job_takes_the_factory_of_the_page()
    {
        using var folder = new TemporaryFolder();
        var loggers = new KeptMessages();
        var options = new JobOptions { Directory = folder.Path, LoggerFactory = loggers };
        await using var job = await Samples.PageViews.Create().StartAsync(options, TestContext.Current.CancellationToken);
        await job.StopAsync(TestContext.Current.CancellationToken);

        Assert.Equal([1, 100, 101], loggers.All.Select(message => message.Id).Order().Take(3));
    }

    [GeneratedRegex(@"\[LoggerMessage\(\s*(\d+), LogLevel\.(\w+),[\s\S]*?void (\w+)\(")]
    private static partial Regex Declared();

    [GeneratedRegex(@"^\| (\d+) \| `(\w+)` \| (\w+) \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
