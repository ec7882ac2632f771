/** Steps of scenarios in Japanese, for the timeline. One that is not here is shown as it was written. */
import { variantName } from './names.ts';
import { both, same, type Both } from './texts.ts';

/** `<>` stands for the value of a row or a word, which is shown by its name. */
const STEPS: Readonly<Record<string, string>> = {
  'a closed network with a relay': 'プロキシのある閉域を用意',
  'a closed network with a strict relay': 'Hostヘッダーに厳格なプロキシのある閉域を用意',
  'a closed network whose relay opens the traffic': 'TLS検査を行うプロキシのある閉域を用意',
  'a closed network whose relay opens the traffic, trusted by the endpoint':
    'TLS検査を行うプロキシ（端末がそのCAを信頼）のある閉域を用意',
  'the product works in a closed network': '製品が閉域で動作している',
  'the product works there': '製品がそこで動作している',
  'it is known what proxies the endpoint has by itself': '端末にもとからあるプロキシ設定を記録',
  'the product works in a closed network and knows its relay by name':
    '製品が閉域で動作し、プロキシを名前で指定している',
  'the product works behind the relay of an open network':
    '製品が、開いたネットワークのプロキシ経由で動作している',
  'the product is installed with the address of the relay': 'プロキシのアドレスを指定して製品を導入',
  'the product is installed with the address of the relay as <>': 'プロキシを<>で指定して製品を導入',
  'the product is installed with a relay that is wrong: <>': '誤ったプロキシを指定して製品を導入：<>',
  'the product is installed with all that is known of the relay':
    'プロキシについて分かる設定をすべて指定して製品を導入',
  'the product is installed and has had time to read its policy':
    '製品を導入し、ポリシー取得に十分な時間を置く',
  'it enrols through the relay in time': '時間内にプロキシ経由で登録する',
  'it has had its time to start': '起動に十分な時間を置く',
  'all of it has had its time to come back': '全体の復帰に十分な時間を置く',
  'it has had its time to enrol': '登録に十分な時間を置く',
  'it enrols in time, answered or not': '失効確認への応答の有無にかかわらず時間内に登録する',
  'it enrols through the relay, or refuses the address with an error':
    'プロキシ経由で登録するか、エラーを示してアドレスを拒否する',
  'every tunnel that it asks for names its target in the Host header':
    'すべてのトンネル要求でHostヘッダーが接続先と一致する',
  'a user of the endpoint tries to reach the cloud with curl': '端末の利用者がcurlでクラウドへの接続を試みる',
  'no proxy is set on the endpoint and the user did not get out':
    '端末にプロキシ設定はなく、利用者は外へ出られない',
  'the product is watched for as long as its slowest interval': '製品の最長間隔の間、観測を続ける',
  'the endpoint is watched: <>': '端末を観測：<>',
  'it is known what the relay carries for one endpoint: <>': '端末1台でプロキシにかかる負荷が分かる：<>',
  'what the endpoint uses is measured online, and while the relay is lost':
    '端末の使用量を通常時とプロキシ停止中に測定',
  'it has not used more during the outage than it declares': '通信できない間の使用量が申告以内である',
  'it is heard of again in time': '時間内に通信が再開する',
  'the product works on several endpoints behind one relay':
    '同じプロキシを使う複数の端末で製品が動作している',
  'all of them lose the relay at once, and it comes back later':
    '全端末が使うプロキシに障害が発生し、その後復帰する',
  'all of them are back in time': '全端末が時間内に復帰する',
  'they do not run the relay over': '再接続がプロキシに集中しない',
  'an attack happens': '攻撃を実行',
  'several attacks happen': '複数の攻撃を実行',
  'an attack on a file happens': 'ファイルへの攻撃を実行',
  'every attack that it reports in the open happens': '開いたネットワークで検知できた攻撃をすべて実行',
  'the benign twin of every attack happens': '各攻撃の無害な類似操作を実行',
  'it is reported in time': '時間内に報告される',
  'it is reported after the relay is back': 'プロキシの復帰後に報告される',
  'it is reported directly, without the relay': 'プロキシを通らず直接報告される',
  'it is reported through the relay in time': '時間内にプロキシ経由で報告される',
  'the attack is reported in time': '攻撃が時間内に報告される',
  'each of them is reported in time': 'それぞれが時間内に報告される',
  'each of them is reported as in the open': 'それぞれが開いたネットワークと同様に報告される',
  'each of them went through the relay and none past it': 'すべてがプロキシを通り、迂回したものはない',
  'all of them arrive': 'すべて届く',
  'an attack has been reported': '攻撃が報告されている',
  'several attacks of the same kind happen': '同じ種類の攻撃を複数実行',
  'one more attack of the same kind happens': '同じ種類の攻撃をもう一度実行',
  'the cloud fails to take reports: <>': 'クラウドが検知の受信に失敗する：<>',
  'the cloud takes reports again': 'クラウドが検知の受信を再開する',
  'the cloud has each of them once': 'クラウドにそれぞれ一件ずつ登録されている',
  'the cloud has each of them once after that start':
    'その起動の後、クラウドにそれぞれ一件ずつ登録されている',
  'each report says when its attack happened': 'それぞれの報告が攻撃の時刻を示している',
  'the reports show their order and come as the product declares':
    '報告から順序が分かり、申告どおりの順に届く',
  'the product works with a <> that can be filled': '製品が、保持件数を最小にして動作している：<>',
  'more attacks happen than its queue holds': '保持件数を超える攻撃を実行',
  'attacks happen, fewer than its queue holds': '保持件数より少ない攻撃を実行',
  'more ordinary programs run than its log holds': 'ログの保持件数を超える通常のプログラムを実行',
  'another attack happens': '攻撃をもう一つ実行',
  'the cloud is told how many are lost': '失われた件数がクラウドに通知される',
  'all of the attacks are reported, and ordinary events made room':
    '攻撃はすべて報告され、通常のログが先に破棄される',
  'each report has what OCSF requires, and names the technique':
    '報告がOCSFの必須項目を満たし、技術IDを示している',
  'the twins stay silent': '無害な類似操作は報告されない',
  'an ordinary program is run': '通常のプログラムを実行',
  'ordinary work is in its log': '通常の操作がログに残ることを確認',
  'the relay is lost in one of several ways': 'プロキシに障害が発生（種類は乱数で選択）',
  'ordinary work goes on': '通常の操作を続ける',
  'the log says process, parent, command line, user and hash of each attack':
    '各攻撃のプロセス、親プロセス、コマンドライン、ユーザー、ハッシュがログにある',
  'the ordinary program is in the log, too': '通常のプログラムもログにある',
  'that log is looked up at the cloud when the declared time has begun':
    'クラウドでそのログを参照：保存期間の開始時',
  'that log is looked up at the cloud when the declared time is almost over':
    'クラウドでそのログを参照：保存期間の終了直前',
  'that log is looked up at the cloud when the declared time is over':
    'クラウドでそのログを参照：保存期間の終了後',
  'it was there until that time was over, and no longer':
    '保存期間の終わりまで残っており、その後は削除されている',
  'all of that work is in the log, or in a gap that the log tells of':
    'その操作はすべてログにあるか、欠落期間として通知されている',
  'the product is killed and started by its manager': '製品を強制終了し、サービス管理の代わりに起動',
  'the product works in a closed network, with a small disk for its state':
    '製品が閉域で動作し、状態の保存先は小さなディスク',
  'it has had its time to notice them': '検知に十分な時間を置く',
  'that disk is full': 'そのディスクを満杯にする',
  'that disk has room again': 'そのディスクに空きができる',
  'nothing that was queued is lost': '送信待ちの検知は失われない',
  'the clock of the cloud, and with it its certificate, is <>': 'クラウドの時刻と証明書がずれる：<>',
  'the clock of the cloud is right again': 'クラウドの時刻が正しく戻る',
  'all of them arrive once the clock is right': '時刻が戻った後、すべて届く',
  'the cloud knows it as the same endpoint': 'クラウドは同じ端末と認識している',
  'their times are right, or the report says how far they are off':
    '時刻が正しいか、ずれの大きさが報告にある',
  'the report says what really happened': '報告された処置が実際の結果と一致する',
  'its policy says <>': 'ポリシーの指定：<>',
  'the endpoint has sent nothing past the relay': '端末はプロキシ以外へ何も送っていない',
  'the endpoint has sent no data past the relay': '端末はプロキシ以外へデータを送っていない',
  'it has asked the relay for declared destinations only': 'プロキシへ要求した宛先は申告どおり',
  'what the relay refused is listed': 'プロキシが拒否した要求を一覧にする',
  'the relay lets nothing pass but what enrolling and reporting need':
    'プロキシは登録と報告に必要な宛先だけを通す',
  'the relay is lost: <>': 'プロキシに障害が発生：<>',
  'the relay comes back': 'プロキシが復帰する',
  'the relay comes back after many attempts': '何度も再試行されるだけの時間の後、プロキシが復帰する',
  'the relay comes up later': 'プロキシが後から起動する',
  'it is connected again in time': '時間内に再接続する',
  'it connects by itself': '自動で接続する',
  'the endpoint is started again': '端末を再起動する',
  'the local DNS does not know the cloud': '構内DNSはクラウドの名前を知らない',
  'its cloud sends it a policy and a command': 'クラウドがポリシーと指示を送る',
  'each kind of exchange that it declares has reached the cloud':
    '申告されたすべての用途の通信がクラウドに届いている',
  'it has a connectivity test of its own': '製品に接続テストの機能がある',
  'its connectivity test is run while the relay works, is lost in every way, and is back':
    'プロキシの正常時、各障害時、復帰後に接続テストを実行',
  'the test has told the truth each time': '接続テストの結果は毎回事実と一致する',
  'the installer refuses it, or the status says that there is no connection':
    'インストーラーが拒否するか、状態表示が未接続を示す',
  'each of its functions is tried': '各機能を試す',
  'each of its functions is tried there': 'その場所で各機能を試す',
  'behind the relay it can do what it declares': 'プロキシの内側で、申告した機能がすべて使える',
  'the endpoint is moved to the open network': '端末を開いたネットワークへ移す',
  'the endpoint is moved back to the closed network': '端末を閉域へ戻す',
  'the endpoint has been in the open network': '端末は開いたネットワークに置かれていた',
  'the endpoint is cut off from every network': '端末をすべてのネットワークから切り離す',
  'the cheapest way that brings the product back is looked for':
    '手間の少ない順に、製品を復旧できる方法を試す',
  'the endpoint arrives where the product reaches its cloud': '端末が、クラウドに届く場所に着く',
  'what it could not carry is told to the cloud': '持ち運べなかった件数がクラウドに伝わる',
  'each of them arrives, and none is told twice': 'すべて届き、二重に報告されたものはない',
  'the endpoint is moved back to the closed network and has had time to connect':
    '端末を閉域へ戻し、再接続に十分な時間を置く',
  'the endpoint is started again and has had time to connect': '端末を再起動し、再接続に十分な時間を置く',
  'the product is removed without any network, and installed again in the closed one':
    'ネットワークのない状態で製品を削除し、閉域で再び導入',
  'the cloud knows the endpoint once': 'クラウド上で端末の記録は1台分だけである',
  'the product works behind a relay whose address a stranger has elsewhere':
    '製品が閉域のプロキシ経由で動作し、同じアドレスを別の場所で第三者が使っている',
  'the endpoint is moved to the network of the stranger': '端末を第三者のネットワークへ移す',
  'the stranger has got no data and no credential': '第三者にデータもアカウントも渡っていない',
  'the relay no longer answers ping': 'プロキシがpingに応答しなくなる',
  'it is reported in time, and nothing has gone around the relay':
    '時間内に報告され、プロキシを迂回した通信はない',
  'the product works at the first of two closed sites': '製品が、二つある閉域拠点の一方で動作している',
  'the endpoint is moved to the other site': '端末をもう一方の拠点へ移す',
  'the cheapest way that brings the product to the relay of that site is looked for':
    '手間の少ない順に、その拠点のプロキシへ移す方法を試す',
  'it has come to the relay of that site as declared': '申告どおりの方法でその拠点のプロキシに移った',
  'its removal is allowed': '製品の削除を許可',
  'the product is removed there, and installed again in the closed network':
    'その場で製品を削除し、閉域で再び導入',
  'each of them arrives, or it was said how many are lost': 'すべて届くか、失われた件数が示される',
  'the endpoint sleeps while it is moved to the open network, and wakes up there':
    '端末がスリープ中に開いたネットワークへ移り、そこで復帰する',
  'the product works in a closed network whose addresses a home network has as well':
    '製品が閉域で動作し、自宅のネットワークも同じアドレスを使っている',
  'the endpoint is moved to the home network': '端末を自宅のネットワークへ移す',
  'the relay comes and goes many times, and attacks happen meanwhile':
    'プロキシが断続を繰り返し、その間に攻撃を実行',
  'each of them arrives after that, and none is told twice': 'その後すべて届き、二重に報告されたものはない',
  'the product has not knocked without end': '製品は接続を際限なく試みていない',
  'a captive portal answers in the place of the relay': 'プロキシの代わりにキャプティブポータルが応答する',
  'the policy names the other relay': 'ポリシーで別のプロキシを指定',
  'the policy names no relay': 'ポリシーでプロキシなしを指定',
  'the policy names a relay that nobody has: <>': 'ポリシーで存在しないプロキシを指定：<>',
  'it is reported through the other relay in time': '時間内に別のプロキシ経由で報告される',
  'it is reported through the relay all the same': 'それでも元のプロキシ経由で報告される',
  'it has recovered as declared': '申告どおりの方法で復旧した',
  'its status has been asked while it works': '動作中に製品の状態表示を確認',
  'it is visible on the endpoint that the product is cut off': '通信できないことが端末で分かる',
  'the product has not spoken to its cloud': '製品はクラウドと通信していない',
  'the product no longer tries to go around the relay': '製品はプロキシの迂回をやめている',
  'the product is removed as its maker documents it': 'ベンダーの手順どおりに製品を削除',
  'nothing of it is left': '製品は何も残っていない',
  'somebody tries to remove it without the secret': 'パスワードなしで削除を試みる',
  'removal without the secret is refused': 'パスワードなしの削除は拒否される',
  'the removal was refused': '削除は拒否された',
  'protection is switched off in the cloud': 'クラウドで保護を解除',
  'the product is removed without the secret as soon as it lets itself':
    '削除できるようになり次第、パスワードなしで削除',
  'it was removed in time, and nothing of it is left': '時間内に削除され、何も残っていない',
  'two business programs of one name run on the endpoint': '端末で、同名の業務プログラム2つが動作している',
  'a business program runs on the endpoint and is started again whenever it ends':
    '端末で、停止しても自動で再起動される業務プログラムが動作している',
  'the cloud orders one of them to be ended': 'クラウドから一方の停止を指示',
  'the cloud orders the program to be ended': 'クラウドからプログラムの停止を指示',
  "the cloud's answer to the next results goes wrong: <>": '次の実行結果へのクラウドの応答が異常になる：<>',
  'the cloud has had its answers go wrong': 'クラウドの異常な応答が済むまで待つ',
  'the order is acknowledged through the relay in time': '指示への応答が時間内にプロキシ経由で返る',
  'that program has ended and the other one still runs': '指示したプログラムだけが停止している',
  'it was ended exactly once, or the order has expired': '停止はちょうど1回、または指示が期限切れになった',
  'the product works in a closed network beside a neighbour': '製品が、ほかの機器もある閉域で動作している',
  'the endpoint reaches its neighbour': '端末は隣の機器と通信できる',
  'the endpoint tries to reach its neighbour': '端末から隣の機器との通信を試みる',
  'the cloud orders the endpoint to be isolated': 'クラウドから端末の隔離を指示',
  'the endpoint is isolated': '端末は隔離されている',
  'the order is acknowledged through the relay, and so is another one meanwhile':
    '隔離中も、指示への応答がプロキシ経由で返る',
  'the cloud orders the isolation to be ended': 'クラウドから隔離の解除を指示',
  'everything else was cut until then, and is not any more':
    '隔離中はほかの通信がすべて遮断され、解除後は通信できる',
  'the product is told so, if it declares that it has to be': '申告上必要な製品には、移動を設定する',
  'the order is acknowledged once the product is back': '通信の再開後、指示への応答が返る',
  'detections are answered by <>': '検知への対応：<>',
  'an attack goes on beside its benign twin': '攻撃と、その無害な類似プログラムが動作し続ける',
  'whoever answers has had their time': '対応に十分な時間を置く',
  'the attack was ended in time, unless nobody answers, and the twin still runs':
    '攻撃は時間内に停止し（対応者なしの場合を除く）、類似プログラムは動作を続ける',
  'it is known who listens on the endpoint': '端末の待ち受けポートを記録',
  'a shell from the cloud is forbidden on the endpoint': '端末側でリモートシェルを禁止',
  'an analyst works on the endpoint from the cloud': 'アナリストがクラウドから端末を操作',
  'what the analyst did has come back through the relay in time': '操作の結果が時間内にプロキシ経由で返る',
  'nobody else has listened on the endpoint meanwhile': '操作中、端末の待ち受けポートは増えていない',
  'who did what, and when, is on record': '誰が、いつ、何をしたか記録されている',
  'this is refused with a reason, and nothing was done': '理由を示して拒否され、何も実行されていない',
  'a business act happens that looks like an attack': '攻撃に似た業務操作を実行',
  'the business act has succeeded': '業務操作は成功した',
  'the product is upgraded from an installation medium': 'インストール媒体から製品を更新',
  'it is a newer version with the same identity and the same relay':
    '新しい版が、同じ登録・同じプロキシのまま動作している',
  'it still lets nobody remove it without the secret': '更新後も、パスワードなしの削除を拒否する',
  'it still lets itself be removed with it': '更新後も、パスワードがあれば削除できる',
  'its cloud hands out a new version, slowly': 'クラウドが新しい版の配布を始める（低速）',
  'a good part of it has come': '新しい版の一部が届く',
  'what is installed is looked at meanwhile': 'その間にインストールされている版を確認',
  'the new version has come whole, and the old one was whole until then':
    '新しい版が完全に届いて置き換わり、それまでは元の版のままである',
  'a file appears that only newer content knows': '新しい定義だけが知るファイルを作成',
  'the file that only newer content knows is not': '新しい定義だけが知るファイルは報告されない',
  'newer content is brought in as a file': '新しい定義をファイルで持ち込む',
  'that file appears again': '同じ内容のファイルを再び作成',
  'cloud and endpoint show how old that content is': 'クラウドと端末の両方で、定義の日付が分かる',
  'root kills its processes one after the other': '管理者権限で製品のプロセスを一つずつ強制終了',
  'root stops it with its own command': '管理者権限で、製品自身のコマンドにより停止',
  'it has had its time to come back': '復旧に十分な時間を置く',
  'its cloud has had its time to be told of it': 'クラウドへの報告に十分な時間を置く',
  'this was undone, or its cloud was told of it': '元の状態に戻るか、クラウドへ報告される',
  'its removal is allowed, where that is for the cloud to say':
    'クラウドの許可が必要な製品では、削除を許可しておく',
  'the endpoint is watched on for as long as the slowest interval was':
    '製品の最長間隔の間、端末の観測を続ける',
  'it has sent nothing since, and its cloud shows that it is gone':
    '削除後は何も送られず、クラウドでも削除または通信途絶と分かる',
  'the product works in a closed network where somebody runs a relay of his own':
    '製品が閉域で動作しており、別のプロキシを勝手に動かしている者がいる',
  'an ordinary user tries to lead it there by files, by commands and by the environment':
    '一般の利用者が、ファイル・コマンド・環境変数で製品をそこへ誘導しようとする',
  'root writes that relay into all that the product has stored':
    '管理者が、製品の保存した設定のプロキシをすべて書き換える',
  'the product has kept to its own relay and still reports':
    '製品は自分のプロキシを使い続け、報告も届いている',
  'what comes of the edit is what the product declares': '書き換えの結果は申告どおりである',
  'it is reported in time, although no update can be fetched': '更新を取得できなくても、時間内に報告される',
  'the other site belongs to another tenant of its cloud': '移動先の拠点は、クラウドの別のテナントに属する',
  'the product is told the relay of that site and its tenant': '移動先のプロキシとテナントを製品に設定する',
  'it has been at that tenant for as long as its slowest interval':
    '製品の最長間隔の間、そのテナントで動作させる',
  'what waited arrives there, and none is told twice': '待っていた報告がそこへ届き、重複しない',
  'it is the same endpoint at the new tenant, and the old one hears nothing more of it':
    '新しいテナントで同じ端末と認識され、元のテナントには何も届かない',
  "a batch job like the company's is reported": '業務のバッチ処理と同種のものが検知される',
  'the batch job is put on the allowlist': 'バッチ処理を許可リストに登録',
  'the batch job runs': 'バッチ処理を実行',
  'the batch job runs again': 'バッチ処理を再実行',
  'the batch job is silenced by its entry': 'バッチ処理は登録により検知されない',
  'the batch job has stayed silent': 'バッチ処理は検知されなかった',
  'another file of the same name runs': '同名の別ファイルを実行',
  'the other file is reported in time': '別ファイルは時間内に報告される',
  'one byte of the batch job changes and it runs again': 'バッチ処理を1バイト変更して再実行',
  'the entry is removed': '許可リストの登録を削除',
  'the cloud shows a certificate that <>': 'クラウドが不正な証明書を示す：<>',
  'the cloud shows its own certificate again': 'クラウドが正しい証明書に戻る',
  'it has had time to refuse a certificate and to say so': '証明書を拒否して報告するのに十分な時間を置く',
  'it has sent nothing before that, and said that a certificate was the reason':
    'それまで何も送らず、証明書が理由であることを示した',
  'it has sent nothing, and says that a certificate is the reason':
    '何も送らず、証明書が理由であることを示す',
  'it accepts or refuses inspection as it declares': 'TLS検査を申告どおりに受け入れるか拒否する',
  "the cloud's certificate names a place where revocation is told":
    'クラウドの証明書に失効確認先が記載されている',
  'no question about revocation went past the relay': '失効確認の通信はプロキシを迂回していない',
  'a closed network with a relay of the kind <>': '<>のプロキシのある閉域を用意',
  'a closed network with a relay that asks for a sign-in': '認証を求めるプロキシのある閉域を用意',
  'all of them arrive in spite of the limit': '制限があってもすべて届く',
  'all of them arrive, as none was taken for delivered': '送信済みと取り違えられず、すべて届く',
  'it is reported in time, whatever else is blocked': 'ほかが遮断されていても時間内に報告される',
  'the installer refuses the password, or the status says that there is no connection':
    'インストーラーがパスワードを拒否するか、状態表示が不通を示す',
  'attacks are reported through the first relay in time': '攻撃が時間内に1台目のプロキシ経由で報告される',
  'attacks are reported through the second relay in time': '攻撃が時間内に2台目のプロキシ経由で報告される',
  'commands are given now and then': '間隔を空けて指示を出す',
  'each declared destination is taken away for a while, and an attack happens meanwhile':
    '申告された宛先を一つずつ一時的に遮断し、その間に攻撃を実行',
  'each of them has its result in time': 'それぞれの結果が時間内に返る',
  'it has come to the new relay as declared': '申告どおりの方法で新しいプロキシに移った',
  'it has not shown the expired account again and again': '期限切れのアカウントを繰り返し使っていない',
  'it is reported through the relay after the renewal': '更新後にプロキシ経由で報告される',
  'it is reported, directly or through the relay that still works at its address':
    '直接、またはアドレスでは動作しているプロキシ経由で報告される',
  'it works there, unless it does not declare that kind': 'その種類に対応すると申告していれば動作する',
  'its attacks are reported through the relay': '攻撃がプロキシ経由で報告される',
  'many attacks happen': '多数の攻撃を実行',
  'reports have needed no destination but their own': '報告には専用の宛先だけで足りている',
  'the account expires': 'プロキシのアカウントが期限切れになる',
  'the account gets a new password, and the product is told': 'アカウントのパスワードを変更し、製品に設定',
  'the certificate of the relay is renewed, and the endpoint is told as far as it must be':
    'プロキシの証明書を更新し、必要なら端末に設定',
  'the cheapest way that brings the product to the new relay is looked for':
    '手間の少ない順に、新しいプロキシへ移す方法を試す',
  'the gateway blocks everything': 'ゲートウェイがすべてを遮断',
  'the gateway blocks everything but where reports go': 'ゲートウェイが報告先以外を遮断',
  'the password shows nowhere that others can look': 'パスワードは他者が見られる場所に現れていない',
  'the product has not opened connection after connection': '製品は接続を際限なく開き直していない',
  'the product is installed with a wrong password': '誤ったパスワードを指定して製品を導入',
  'the product is shown block pages': '製品にブロック画面が返される',
  'the product works behind a gateway with a URL filter':
    '製品がURLフィルターのあるゲートウェイの内側で動作している',
  'the product works behind a relay of the kind <>': '製品が<>のプロキシ経由で動作している',
  'the product works behind a relay that asks for a sign-in': '製品が認証を求めるプロキシ経由で動作している',
  'the product works behind a relay that is going to be replaced':
    '製品が、交換予定のプロキシ経由で動作している',
  'the product works behind the first of two relays': '製品が2台あるプロキシの1台目を経由して動作している',
  'the product works behind the relay of an open network and knows it by name':
    '製品が、名前で指定した開いたネットワークのプロキシ経由で動作している',
  'the relay begins to cut connections that carry much': 'プロキシが大きな送信を切断し始める',
  'the relay begins to cut tunnels that have been idle for a while':
    'プロキシが無通信のトンネルを切断し始める',
  'the relay has let it through for its account only': 'プロキシは認証したアカウントの通信だけを通した',
  'the relay lets all of them pass again': 'プロキシがすべての宛先を再び通す',
  'the relay turns it away': 'プロキシが製品の認証を拒否する',
};

const PATTERNS = Object.entries(STEPS)
  .filter(([en]) => en.includes('<>'))
  .map(([en, ja]) => ({ before: en.slice(0, en.indexOf('<>')), after: en.slice(en.indexOf('<>') + 2), ja }));

export function stepText(text: string): Both {
  const exact = STEPS[text];
  if (exact !== undefined) return both(text, exact);
  const found = PATTERNS.find(({ before, after }) => text.startsWith(before) && text.endsWith(after));
  if (!found) return same(text);
  const value = text.slice(found.before.length, text.length - found.after.length);
  return both(
    text,
    found.ja.replace('<>', () => variantName(value).ja),
  );
}
