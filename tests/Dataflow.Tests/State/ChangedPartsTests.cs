using System.Buffers;
using System.Text;
using CsCheck;
using Dataflow.Codecs;
using Dataflow.State;

namespace Dataflow.Tests.State;

/// <summary>State of which only what has changed is written: whatever happened, images are those of entries written whole.</summary>
public class ChangedPartsTests
{
    private const int Keys = 4;

    /// <summary>Of a key: 0 to 5 adds, 6 sets it anew, 7 removes it and, by the text, puts it back as it was; of all: 8 commits, 9 has a
    /// commit refused, so that the state is read again from what the log has.</summary>
    private static readonly Gen<(int What, int Key, int Text)> s_operations
        = Gen.Select(Gen.Int[0, 9], Gen.Int[0, Keys - 1], Gen.Int[0, 60]);

    [Fact]
    public void Images_of_patches_are_those_of_whole_entries_whatever_was_refused_or_removed()
        => s_operations.Array[0, 200].Sample(
            static operations =>
            {
                using var whole = new Run(parts: null);
                using var patched = new Run(new TextParts());
                foreach (var (what, key, text) in operations)
                {
                    whole.Do(what, key, text);
                    patched.Do(what, key, text);
                    if (what == 8) Assert.Equal(whole.Entries(), patched.Entries());
                }
            },
            iter: 200);

    [Fact]
    public void A_long_text_that_grows_is_written_once()
    {
        using var whole = new Run(parts: null);
        using var patched = new Run(new TextParts());
        foreach (var run in new[] { whole, patched })
        {
            for (var i = 0; i < 100; i++)
            {
                run.Do(0, key: 1, 50);
                run.Do(8, 0, 0);
            }
        }

        Assert.Equal(whole.Entries(), patched.Entries());
        Assert.InRange(patched.Bytes, 1, whole.Bytes / 10);
    }

    private sealed class Run : IDisposable
    {
        private readonly StateLog _log = new();
        private readonly TextParts? _parts;
        private Changes _changes = null!;
        private NamespacedState<int, Text> _state = null!;

        public Run(TextParts? parts)
        {
            _parts = parts;
            Open();
        }

        public long Bytes { get; private set; }

        public void Dispose() => _log.Dispose();

        public void Do(int what, int key, int text)
        {
            if (what < 6) _state.Main.Update(key, out _).Add(new string((char)('a' + (text % 20)), text));
            else if (what == 6) _state.Main.Update(key, out _) = new Text { Bytes = [1] };
            else if (what == 7) Remove(key, putsBack: text % 2 == 0);
            else Checkpoint(isRefused: what == 9);
        }

        public IReadOnlyList<string> Entries()
        {
            var entries = new List<string>();
            _log.ForEach((_, _, key, value) => entries.Add($"{Convert.ToHexString(key.Span)}: {Convert.ToHexString(value.Span)}"));
            return [.. entries.Order(StringComparer.Ordinal)];
        }

        private void Remove(int key, bool putsBack)
        {
            if (!_state.Main.TryGet(key, out var value)) return;
            _state.Main.Remove(key);
            if (putsBack) _state.Main.Update(key, out _) = value;
        }

        private void Open()
        {
            _changes = new Changes();
            _state = new("text", KeyCodec<int>.Default, _changes) { Parts = _parts };
            _log.ForEach((_, ns, key, value) => ((IState)_state).RestorePut(ns, key, value));
        }

        private void Checkpoint(bool isRefused)
        {
            var budget = int.MaxValue;
            ((IState)_state).Flip();
            _changes.Flip();
            ((IState)_state).WriteFrozen(ref budget);
            if (isRefused) Open();
            else Bytes += _log.CommitBytes(_changes);
        }
    }

    /// <summary>A text that only grows.</summary>
    public struct Text
    {
        [MessagePack.IgnoreMember]
        internal int Written; // bytes

        public byte[]? Bytes { get; set; }

        public void Add(string text) => Bytes = [.. Bytes ?? [], .. Encoding.UTF8.GetBytes(text)];
    }

    /// <summary>Finds what was written by the length of what is around the text.</summary>
    private sealed class TextParts : ChangedParts<Text>
    {
        public override bool TryWrite(ref Text value, PatchWriter patch)
        {
            if (value.Written == 0) return false;
            var (bytes, all) = (new ArrayBufferWriter<byte>(), value.Bytes!);
            StateCodec<Text>.Write(ref value, bytes);
            patch.Write(bytes.WrittenSpan[..^all.Length]);
            patch.Keep(HeadBytes(value.Written), value.Written);
            patch.Write(all.AsSpan(value.Written));
            return true;
        }

        public override void Written(ref Text value) => value.Written = value.Bytes!.Length;

        private static int HeadBytes(int length)
        {
            var (bytes, text) = (new ArrayBufferWriter<byte>(), new Text { Bytes = new byte[length] });
            StateCodec<Text>.Write(ref text, bytes);
            return bytes.WrittenCount - length;
        }
    }
}
