using System.Net;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Dataflow.Tests.Docs;

/// <summary>The doc comments: examples that are built, one for each verb, and summaries that are no riddles.</summary>
public partial class CommentTests
{
    [Fact]
    public void Each_example_is_part_of_a_program()
    {
        var programs = Listing.Programs();
        var examples = Listing.Files("src", "*.cs").SelectMany(file => Code().Matches(File.ReadAllText(file)))
            .Select(code => Listing.Outdented(WebUtility.HtmlDecode(code.Groups[1].Value.Replace("///", "", StringComparison.Ordinal))));

        Assert.Equal([], examples.Where(example => !programs.Exists(program => program.Contains(example, StringComparison.Ordinal))));
    }

    [Fact]
    public void Each_verb_and_each_kind_of_window_has_an_example()
    {
        var comments = XDocument.Load(Path.Combine(AppContext.BaseDirectory, "Dataflow.xml")).Descendants("member");
        var withExample = comments.Where(member => member.Element("example") is not null)
            .Select(member => Block().Replace(member.Attribute("name")!.Value, ""))
            .Select(member => Name().Match(member).Value).ToHashSet(StringComparer.Ordinal);

        Assert.Contains("Verbs.Where", withExample);
        var verbs = VerbPageTests.Verbs().Concat(VerbPageTests.Windows());
        Assert.Equal([], verbs.Where(verb => !withExample.Overlaps([verb, $"Verbs.{verb}"])));
    }

    [Fact]
    public void Each_summary_says_what_its_member_is_or_does_and_asks_no_question()
        => Assert.Equal(
            [], Listing.Files("src", "*.cs").Concat(Listing.Files("examples", "*.cs"))
            .SelectMany(file => Riddle().Matches(File.ReadAllText(file))
            .Select(riddle => $"{Path.GetFileName(file)}: {riddle.Value}")));

    [Fact]
    public void Each_verb_of_the_packages_beside_the_core_has_an_example()
    {
        var withExample = from file in Listing.Files("src", "*.cs")
                          let text = File.ReadAllText(file)
                          let holder = Holder().Match(text)
                          where holder.Success
                          from member in Shown().Matches(text)
                          select (holder.Value, member.Groups["name"].Value);

        var verbs = VerbPageTests.PackageVerbs().Select(verb => (verb.Holder, verb.Name.Split('.')[^1])).ToList();
        Assert.Contains(("ModelVerbs", "Embed"), verbs);
        Assert.Equal([], verbs.Except(withExample));
    }

    [GeneratedRegex("<example><code>(.*?)</code></example>", RegexOptions.Singleline)]
    private static partial Regex Code();

    [GeneratedRegex(@"(?<=^(public )?static (partial )?class )\w+", RegexOptions.Multiline)]
    private static partial Regex Holder();

    // A public method under a comment with an example.
    [GeneratedRegex(@"</code></example>\n(\s*///.*\n|\s*\[.*\n)*\s*public [^=;{}]*?\b(?<name>\w+)(<[\w, ]*>)?\(")]
    private static partial Regex Shown();

    // Between class and verb stands the extension block, which has a name that nobody gave it.
    [GeneratedRegex(@"<G>[^.]+\.")]
    private static partial Regex Block();

    [GeneratedRegex(@"(?<=^[MP]:Dataflow\.)\w+\.\w+")]
    private static partial Regex Name();

    [GeneratedRegex(@"<summary>[\s/]*(What|Where|When|Why|Who|Whose|Those|Whatever|How|As)\b[^\n]*")]
    private static partial Regex Riddle();
}
