// SPDX-License-Identifier: MIT

using RawMqtt.Interop.Parts;

namespace RawMqtt.Interop;

/// <summary>decode and encode as programs use them: line by line, in pipes.</summary>
public class ExplainerToolTests
{
    [Fact]
    public async Task Decode_and_encode_by_lines_are_inverse()
    {
        string[] hex = ["100d00044d5154540402003c000161", "c000", "330a0003612f62000a686921",
            "82080001000361 2f6202".Replace(" ", "", StringComparison.Ordinal)];
        await using RealProcess decode = RealProcess.StartTool("decode", "--lines", "--json");
        decode.WriteInput(string.Join('\n', hex) + "\n36000000\nxyz\n30\n");
        decode.CloseInput();
        Finished decoded = await decode.FinishAsync();
        string[] lines = decoded.Output.TrimEnd('\n').Split('\n');

        Assert.Equal(9, decoded.ExitCode);
        Assert.Equal("""{"ok":true,"consumed":12,"packets":[{"type":"PUBLISH","dup":false,"qos":1,"retain":true,"topic":"a/b","packetId":"""
            + """10,"payload":"686921"}]}""", lines[2]);
        Assert.Equal("""{"ok":false,"rule":"MQTT-3.3.1-4","offset":0,"message":"the QoS bits of a PUBLISH are 11","consumed":0,"packets":[]}""", lines[4]);
        Assert.Equal("""{"ok":false,"rule":null,"offset":0,"message":"the line is not hexadecimal"}""", lines[5]);
        Assert.Equal("""{"ok":false,"incomplete":true,"consumed":0,"packets":[]}""", lines[6]);

        await using RealProcess encode = RealProcess.StartTool("encode", "--lines");
        encode.WriteInput(string.Join('\n', lines[..4]) + "\n");
        encode.CloseInput();
        Finished encoded = await encode.FinishAsync();
        Assert.Equal((0, string.Join('\n', hex) + "\n"), (encoded.ExitCode, encoded.Output));
    }

    [Theory]
    [InlineData("decode --lines --json", "c000", "PINGREQ")]
    [InlineData("encode --lines", """{"type":"PINGREQ"}""", "c000")]
    public async Task Each_line_is_answered_before_the_next_comes(string arguments, string line, string answer)
    {
        await using RealProcess tool = RealProcess.StartTool(arguments.Split(' '));
        tool.WriteInput($"{line}\n");
        await tool.LineAsync(answer);

        tool.Signal(2);
        Assert.Equal(130, (await tool.FinishAsync()).ExitCode);
    }

    [Fact]
    public async Task Decode_ends_when_the_reader_of_its_output_has_gone()
    {
        Finished shell = await RealProcess.RunAsync("bash", "-c",
            "yes c000 | dotnet \"$0\" decode --lines --json | head -n 1; echo ${PIPESTATUS[1]}", RealPart.Tool);
        Assert.Equal(["{\"ok\":true,\"consumed\":2,\"packets\":[{\"type\":\"PINGREQ\"}]}", "0"], shell.Output.TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task Output_to_a_file_that_others_write_to_as_well_is_not_overwritten()
    {
        Finished shell = await RealProcess.RunAsync("sh", "-c", "(echo c000 | dotnet \"$0\" decode --lines --json; echo after) > \"$1\"; cat \"$1\"; rm \"$1\"",
            RealPart.Tool, Path.GetTempFileName());
        Assert.Equal("{\"ok\":true,\"consumed\":2,\"packets\":[{\"type\":\"PINGREQ\"}]}\nafter\n", shell.Output);
    }

    [Fact]
    public async Task Description_that_is_not_utf8_is_refused()
    {
        Finished encode = await RealProcess.RunAsync("sh", "-c",
            """printf '{"type":"PUBLISH","topic":"\377"}\n{"type":"PINGREQ"}\n' | dotnet "$0" encode --lines""", RealPart.Tool);
        Assert.Equal(["""{"ok":false,"rule":null,"offset":0,"message":"The description is not UTF-8."}""", "c000"], encode.Output.TrimEnd().Split('\n'));
    }
}
