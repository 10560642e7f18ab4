using System.Net;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Dataflow.Tests.Docs;

/// <summary>The examples in doc comments: code that is built, and one for each verb.</summary>
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

    [GeneratedRegex("<example><code>(.*?)</code></example>", RegexOptions.Singleline)]
    private static partial Regex Code();

    // Between class and verb stands the extension block, which has a name that nobody gave it.
    [GeneratedRegex(@"<G>[^.]+\.")]
    private static partial Regex Block();

    [GeneratedRegex(@"(?<=^[MP]:Dataflow\.)\w+\.\w+")]
    private static partial Regex Name();
}
