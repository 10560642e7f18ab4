using System.Diagnostics;
using System.Net.Sockets;

namespace Dataflow.Onnx.Tests;

/// <summary>Whatever lies where a model, a tokenizer or a vocabulary should lie is refused at once.</summary>
public sealed class When_a_path_is_no_file : IDisposable
{
    private readonly TemporaryFolder _directory = new();

    /// <summary>The socket of the test: its file is there only while it is held, since a collected socket deletes its file.</summary>
    private Socket? _socket;

    public void Dispose()
    {
        _socket?.Dispose();
        _directory.Dispose();
    }

    public static TheoryData<string> Kinds => ["pipe", "zeros", "random", "link to zeros", "directory", "process", "socket"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void It_is_no_model(string kind) => Refuses(path => OnnxModel.Load(path), Make(kind, "model.onnx"));

    [Theory]
    [MemberData(nameof(Kinds))]
    public void It_is_no_tokenizer(string kind)
    {
        new TinyModel().WriteTo(_directory);
        Refuses(path => TextTokenizer.FromJson(path), Make(kind, "tokenizer.json"));
        Refuses(_ => EmbeddingModel.Load(_directory.Path), _directory["tokenizer.json"]);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void It_is_no_vocabulary(string kind)
    {
        new TinyModel().WriteTo(_directory);
        File.Delete(_directory["vocab.txt"]);
        Refuses(path => WordPieceTokenizer.FromVocabulary(path), Make(kind, "vocab.txt"));
        Refuses(_ => EmbeddingModel.Load(_directory.Path), _directory["vocab.txt"]);
    }

    private static void Refuses(Action<string> load, string path)
    {
        var error = Assert.Throws<ModelException>(() => load(path));

        Assert.StartsWith($"Model file '{path}': it ", error.Message, StringComparison.Ordinal);
    }

    private string Make(string kind, string name)
    {
        var path = _directory[name];
        switch (kind)
        {
            case "pipe":
                using (var mkfifo = Process.Start("mkfifo", path)) mkfifo.WaitForExit();
                break;
            case "directory":
                Directory.CreateDirectory(path);
                break;
            case "socket":
                _socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                _socket.Bind(new UnixDomainSocketEndPoint(path));
                break;
            case "link to zeros":
                File.CreateSymbolicLink(_directory["zeros"], "/dev/zero");
                File.CreateSymbolicLink(path, _directory["zeros"]);
                break;
            default:
                File.CreateSymbolicLink(path, kind switch { "zeros" => "/dev/zero", "random" => "/dev/urandom", _ => "/proc/self/maps" });
                break;
        }

        return path;
    }
}
