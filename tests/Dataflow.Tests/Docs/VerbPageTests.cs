using System.Reflection;
using System.Text.RegularExpressions;

namespace Dataflow.Tests.Docs;

/// <summary>The manual's pages on verbs: each verb is on one, and each example prints what the page shows.</summary>
public partial class VerbPageTests
{
    private const BindingFlags Own = BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    private static readonly Lazy<Task<Dictionary<string, string>>> s_outputs = new(RunExamplesAsync);

    public static TheoryData<string> Pages
        => [.. Directory.EnumerateFiles(Repository.PathOf("src/docs/verbs"), "*.md")
            .Select(page => Path.GetFileName(page)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task Each_example_of_a_page_prints_what_the_page_shows(string page)
    {
        var outputs = await s_outputs.Value;
        var shown = Outputs(page).ToList();

        Assert.Equal(shown.Select(output => outputs[output.Example]), shown.Select(output => output.Text));
    }

    [Fact]
    public async Task Each_example_is_on_a_page()
    {
        var shown = Pages.SelectMany(page => Outputs(page.Data)).Select(output => output.Example).ToHashSet();

        Assert.Equal([], (await s_outputs.Value).Keys.Where(example => !shown.Contains(example)));
    }

    [Fact]
    public void The_index_leads_to_every_page()
    {
        var index = File.ReadAllText(PathOf("README.md"));

        Assert.All(
            Pages.Select(page => page.Data).Where(page => page != "README.md"),
            page => Assert.Contains($"]({page}", index, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void A_page_that_shows_what_only_the_examples_have_says_so(string page)
    {
        var text = File.ReadAllText(PathOf(page));

        Assert.Equal(
            page != "README.md" && Helper().IsMatch(text),
            text.Contains("[helpers of the programs](README.md#helpers-of-the-programs)", StringComparison.Ordinal));
    }

    [Fact]
    public void Each_verb_has_a_section_and_an_example()
    {
        var names = Verbs().Concat(Windows()).Distinct().ToList();

        Assert.Contains("JoinAsOf", names);
        Assert.Contains("Tumbling.Every", names);
        Assert.Equal([], WithoutSection(names));
        Assert.Equal([], WithoutExample(names));
    }

    [Fact]
    public void Each_verb_of_the_packages_beside_the_core_has_a_section_and_is_in_an_example_of_a_page()
    {
        var blocks = Pages.SelectMany(page => Block().Matches(File.ReadAllText(PathOf(page.Data))));
        var examples = string.Join('\n', blocks.Select(block => block.Groups["text"].Value));
        var names = PackageVerbs().Select(verb => verb.Name).ToList();

        Assert.Contains("Embed", names);
        Assert.Contains("Sink.TrainingSet", names);
        Assert.Equal([], WithoutSection(names));
        Assert.Equal([], names.Where(name => !IsUsed(name, examples)));
    }

    [Fact]
    public void Each_aggregate_and_each_part_of_a_pattern_is_on_a_page_and_in_an_example()
    {
        var text = string.Concat(Pages.Select(page => File.ReadAllText(PathOf(page.Data))));
        Type[] types = [typeof(Aggregates<>), typeof(Pattern<>), typeof(AfterMatch)];
        var names = types.SelectMany(type => type.GetMembers(Own)).Where(IsForUsers).Select(member => member.Name).Distinct().ToList();

        Assert.Contains("CountDistinct", names);
        Assert.Equal([], names.Where(name => !Regex.IsMatch(text, $@"`[^`\n]*\b{name}\b[^`\n]*`")));
        Assert.Equal([], WithoutExample(names));
    }

    private static IEnumerable<string> WithoutExample(IEnumerable<string> names)
    {
        var programs = string.Concat(Directory.EnumerateFiles(Repository.PathOf("examples/Verbs"), "*.cs").Select(File.ReadAllText));
        return names.Where(name => !IsUsed(name, programs));
    }

    private static IEnumerable<string> WithoutSection(IEnumerable<string> names)
    {
        var lines = Pages.SelectMany(page => File.ReadLines(PathOf(page.Data)));
        var sections = string.Join('\n', lines.Where(line => line.StartsWith('#')));
        return names.Where(name => !Regex.IsMatch(sections, $@"\b{name}\b"));
    }

    private static bool IsUsed(string name, string code)
        => Regex.IsMatch(code, $@"{(name.Contains('.', StringComparison.Ordinal) ? "" : @"\.")}{name}\b");

    /// <summary>What is written behind a stream, a table, a pipeline, a job or a log, and behind <c>Source</c>, <c>Sink</c> and
    /// <c>Topic</c>.</summary>
    internal static IEnumerable<string> Verbs()
        => typeof(Verbs).GetMethods(Own).Select(verb => verb.Name).Concat(
            from type in new[] { typeof(Source), typeof(Sink), typeof(Topic) }
            from member in type.GetMethods(Own)
            select $"{type.Name}.{member.Name}");

    /// <summary>The verbs, sources and sinks of the packages beside the core, by the approved surface of each: its class, and as a user
    /// writes it.</summary>
    internal static IEnumerable<(string Holder, string Name)> PackageVerbs()
        => (from surface in Listing.Files("tests", "PublicSurface.txt")
            from holder in Holder().Matches(File.ReadAllText(surface))
            from member in Member().Matches(holder.Groups["members"].Value)
            let prefix = holder.Groups["kind"].Value is "Verbs" ? "" : $"{holder.Groups["kind"].Value}."
            select (holder.Groups["name"].Value, $"{prefix}{member.Value}")).Distinct();

    internal static IEnumerable<string> Windows()
        => from type in typeof(Pipeline).Assembly.GetExportedTypes()
           where type.IsAbstract && type.IsSealed
           from member in type.GetMembers(Own).Where(IsForUsers)
           where typeof(WindowSpec) == ((member as MethodInfo)?.ReturnType ?? ((PropertyInfo)member).PropertyType)
           select $"{type.Name}.{member.Name}";

    private static bool IsForUsers(MemberInfo member)
        => member is PropertyInfo or MethodInfo { IsSpecialName: false, Name: not nameof(ToString) };

    /// <summary>The outputs on a page, each with the example whose code stands before it.</summary>
    private static IEnumerable<(string Example, string Text)> Outputs(string page)
    {
        var example = "";
        foreach (Match block in Block().Matches(File.ReadAllText(PathOf(page))))
        {
            if (block.Groups["language"].Value == "text") yield return (example, block.Groups["text"].Value);
            else example = ExampleOf(block.Groups["text"].Value);
        }
    }

    private static string ExampleOf(string code)
    {
        var file = Directory.EnumerateFiles(Repository.PathOf("examples/Verbs"), "*.cs")
            .FirstOrDefault(file => Listing.LinesOf(file).Contains(Listing.Outdented(code), StringComparison.Ordinal));
        return WordStart().Replace(Path.GetFileNameWithoutExtension(file) ?? "", "-").ToLowerInvariant();
    }

    private static async Task<Dictionary<string, string>> RunExamplesAsync()
        => Heading().Split(await Example.RunAsync("Verbs", "all")).Skip(1).Chunk(2)
            .ToDictionary(section => section[0], section => section[1].Trim('\n'));

    private static string PathOf(string page) => Repository.PathOf($"src/docs/verbs/{page}");

    [GeneratedRegex(@"^static class Dataflow\.\w+\.(?<name>\w+(?<kind>Verbs|Source|Sink)s?)\n(?<members>(  .*\n)*)",
        RegexOptions.Multiline)]
    private static partial Regex Holder();

    [GeneratedRegex(@"(?<=^  static )\w+(?=[<(])", RegexOptions.Multiline)]
    private static partial Regex Member();

    [GeneratedRegex(@"^```(?<language>csharp|text)\n(?<text>.*?)\n```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"RunInMemoryAsync|RunOnAsync|Runs\.|PrintChanges|OneByOne|Shop\.At")]
    private static partial Regex Helper();

    [GeneratedRegex(@"^([a-z-]+)\n-+$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"(?<!^)(?=[A-Z])")]
    private static partial Regex WordStart();
}
